"""Records in the landing that carry certain identifiers: found as loading finds them, shown, or taken out.

A file is rewritten whole, under a dot-name first; what is left is byte for byte as it was, and the file keeps its
format and compression.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dmp.landing.blocks import Block, RefusedFileError
from dmp.landing.content import chunks, line_blocks
from dmp.landing.contract import Entity, load_contracts
from dmp.landing.files import LandedFile, day_folders, landed_files
from dmp.landing.readers import read_file
from dmp.landing.suppression import names_suppressed, parse_records, read_records, suppressed_lines
from dmp.settings import Home


@dataclass(frozen=True)
class FoundRecords:
    """What one landed file holds of somebody.

    lines: where each of their records begins (in Parquet its number, from 1), with the lines that it takes.
    """

    file: LandedFile
    entity: Entity
    lines: dict[int, int]

    def contents(self) -> Iterator[tuple[int, str]]:
        """Yield each record's line and content as text."""
        if self.entity.format == "parquet":
            rows = pq.read_table(self.file.path).take(pa.array([line - 1 for line in self.lines])).to_pylist()
            yield from ((line, str(row)) for line, row in zip(self.lines, rows, strict=True))
            return
        wanted = {line + more: line for line, count in self.lines.items() for more in range(count)}
        texts: dict[int, str] = {}
        for number, raw in enumerate(_physical_lines(self.file.path), start=1):
            if number in wanted:
                texts[wanted[number]] = texts.get(wanted[number], "") + raw.decode(errors="replace")
        yield from texts.items()

    def remove(self) -> None:
        """Take the records out of the file."""
        path = self.file.path
        unfinished = path.with_name(f".{path.name}.erasing")
        if self.entity.format == "parquet":
            _write_parquet(path, unfinished, self.lines)
        else:
            gone = {line + more for line, count in self.lines.items() for more in range(count)}
            with unfinished.open("wb") as file, _packed(file, path.suffix) as packed:
                for number, raw in enumerate(_physical_lines(path), start=1):
                    if number not in gone:
                        packed.write(raw)
        unfinished.chmod(path.stat().st_mode)
        unfinished.replace(path)


def find_records(home: Home, keys: frozenset[int]) -> tuple[list[FoundRecords], list[str]]:
    """Return what every landed file holds of those identifiers, and the files that cannot be read to say so."""
    found, unread = [], []
    for source, contract in load_contracts().items():
        days = [date.fromisoformat(folder.name) for folder in day_folders(home.landing / source)]
        if not days:
            continue
        for file in landed_files(home.landing, source, min(days), max(days)):
            try:
                entity = file.check(contract)
                lines = _lines(file, entity, home.key(), keys) if entity.has_identifiers else {}
            except (RefusedFileError, OSError):
                unread.append(file.source_file)
                continue
            if lines:
                found.append(FoundRecords(file, entity, lines))
    return found, unread


def _lines(file: LandedFile, entity: Entity, key: bytes, keys: frozenset[int]) -> dict[int, int]:
    lines: dict[int, int] = {}
    with duckdb.connect() as connection:
        for block in read_file(file.path, entity):
            lines |= _lines_of_block(connection, block, entity, key, keys)
    return dict(sorted(lines.items()))


def _lines_of_block(
    connection: duckdb.DuckDBPyConnection, block: Block, entity: Entity, key: bytes, keys: frozenset[int]
) -> dict[int, int]:
    read_records(connection, [(0, block)])
    parse_records(connection, entity, key)
    starts = {line for _, line in suppressed_lines(connection, entity, key, keys)}
    lines = dict.fromkeys(starts, 1)
    if entity.format == "csv":
        texts = zip(
            block.records["source_line"].to_pylist(), block.records["record_text"].to_pylist(), strict=True
        )
        lines = {line: _line_count(text) for line, text in texts if line in starts}
    for reject in block.rejects:
        text = reject.content.decode(errors="replace")
        if names_suppressed(text, entity, key, keys):
            lines[reject.source_line] = _line_count(text) if entity.format == "csv" else 1
    return lines


def _line_count(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


def _physical_lines(path: Path) -> Iterator[bytes]:
    for content in line_blocks(chunks(path)):
        yield from io.BytesIO(content)


def _packed(
    file: io.BufferedWriter, suffix: str
) -> gzip.GzipFile | pa.CompressedOutputStream | pa.PythonFile:
    if suffix == ".gz":
        # No name and no time of the writing: the same lines are the same bytes.
        return gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)
    sink = pa.PythonFile(file, mode="w")
    return pa.CompressedOutputStream(sink, "zstd") if suffix == ".zst" else sink


def _write_parquet(path: Path, unfinished: Path, lines: dict[int, int]) -> None:
    with pq.ParquetFile(path) as file:
        codecs = {
            file.metadata.row_group(group).column(column).compression
            for group in range(file.metadata.num_row_groups)
            for column in range(file.metadata.num_columns)
        }
        records = file.read()
    is_kept = np.ones(len(records), dtype=bool)
    is_kept[[line - 1 for line in lines]] = False
    codec = codecs.pop() if len(codecs) == 1 else "ZSTD"
    pq.write_table(
        records.filter(pa.array(is_kept)),
        unfinished,
        compression="none" if codec == "UNCOMPRESSED" else codec.lower(),
        write_page_checksum=True,
    )
