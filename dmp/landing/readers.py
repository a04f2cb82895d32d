"""Reads one landed file, whatever its form, as blocks: each physical line exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from dmp.landing.blocks import MEGABYTE, Block, RefusedFileError
from dmp.landing.contract import Entity
from dmp.landing.csv_records import csv_blocks
from dmp.landing.log_records import log_blocks
from dmp.landing.parquet_records import parquet_blocks
from dmp.landing.text_lines import text_line_blocks

HELD_IN_MEMORY = 64 * MEGABYTE


def read_file(path: Path, entity: Entity) -> Iterable[Block]:
    """Return the file's blocks once the whole file has been read and found sound.

    A small file is kept from that first reading; a large one is read again, so that memory stays bounded.
    Raises RefusedFileError before the first block is given out.
    """
    held: list[Block] = []
    size = undecodable = record_count = 0
    for block in _blocks(path, entity):
        size += block.records.nbytes
        record_count += block.record_count
        undecodable += sum(reject.reason_code == "not_utf8" for reject in block.rejects)
        held = [*held, block] if size <= HELD_IN_MEMORY else []
    if undecodable * 2 > record_count:
        raise RefusedFileError(f"{undecodable} of its {record_count} records are not UTF-8")
    return held if size <= HELD_IN_MEMORY else _blocks(path, entity)


def _blocks(path: Path, entity: Entity) -> Iterator[Block]:
    if entity.format == "jsonl":
        return text_line_blocks(path, is_json=True)
    if entity.format == "log":
        return log_blocks(path, entity)
    if entity.format == "csv":
        return csv_blocks(path, entity)
    return parquet_blocks(path, entity)
