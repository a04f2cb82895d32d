"""Logs: each line is a record whose fields are the named groups of the contract's pattern."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dmp.landing.blocks import Block, Reject
from dmp.landing.contract import Entity
from dmp.landing.log_patterns import group_names, log_pattern
from dmp.landing.text_lines import text_line_blocks


def log_blocks(path: Path, entity: Entity) -> Iterator[Block]:
    """Yield a log as blocks with `source_line`, `record_text`, a text column per field and `properties`.

    A line that does not match is a reject. Raises RefusedFileError.
    """
    pattern = entity.pattern or ""
    unknown = [name for name in group_names(pattern) if name not in entity.source_names]
    for block in text_line_blocks(path, is_json=False):
        groups = _groups(block.records["record_text"], log_pattern(pattern))
        is_match = pc.is_valid(groups)
        strange = block.records.filter(pc.invert(is_match)).to_pylist()
        block.rejects += [Reject(row["source_line"], "no_match", _content(row)) for row in strange]
        block.rejects.sort(key=lambda reject: reject.source_line)
        matched = groups.filter(is_match)
        columns = {column: pc.struct_field(matched, name) for name, column in entity.source_names.items()}
        columns["properties"] = _properties(matched, unknown)
        records = block.records.filter(is_match)
        for name, values in columns.items():
            records = records.append_column(name, values)
        block.records = records
        yield block


def _groups(lines: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    return pc.extract_regex(pc.utf8_rtrim(lines, "\r\n"), pattern)


def _content(row: dict[str, str]) -> bytes:
    return row["record_text"].rstrip("\r\n").encode()


def _properties(groups: pa.ChunkedArray, unknown: list[str]) -> pa.Array:
    """Return the groups that no field reads, as JSON; NULL where all of them are empty."""
    if not unknown:
        return pa.nulls(len(groups), pa.string())
    rows = ({name: row[name] for name in unknown if row[name]} for row in groups.to_pylist())
    return pa.array([json.dumps(row, ensure_ascii=False) if row else None for row in rows], pa.string())
