"""What an unknown file looks like: its format, and where its values lie."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dmp.landing.blocks import BYTE_ORDER_MARK, RefusedFileError
from dmp.landing.content import chunks, kind, line_blocks
from dmp.landing.log_patterns import PATTERNS, group_names, log_pattern
from dmp.settings import SettingsError

LINES_LOOKED_AT = 1000
DELIMITERS = (",", "\t", ";", "|")
NO_NAME = re.compile(r"[-+.,:/ 0-9]*")


@dataclass(frozen=True)
class FileForm:
    """A format with what it needs declared, and the path of every value, outermost name first."""

    format: str
    paths: list[tuple[str, ...]]
    declared: dict[str, Any] = field(default_factory=dict)


def form_of(path: Path) -> FileForm:
    """Return the form of a file. Raises SettingsError where it looks like nothing known."""
    try:
        if kind(path) == "Parquet":
            return FileForm("parquet", list(_leaves(pq.read_schema(path))))
        lines = list(islice(_lines(path), LINES_LOOKED_AT))
    except (RefusedFileError, OSError, pa.ArrowException) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    if not lines:
        raise SettingsError(f"{path} holds no lines")
    if lines[0].startswith("{"):
        return FileForm("jsonl", _json_paths(lines))
    for ready in reversed(PATTERNS):
        if re.match(log_pattern(ready), lines[0]):
            return FileForm("log", [(group,) for group in group_names(ready)], {"pattern": ready})
    return _csv_form(path, lines)


def _lines(path: Path) -> Iterator[str]:
    for block in line_blocks(chunks(path)):
        for line in block.splitlines():
            if line.strip():
                yield line.removeprefix(BYTE_ORDER_MARK).decode("utf-8", "replace")


def _leaves(schema: Iterable[pa.Field], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for column in schema:
        path = (*above, column.name)
        if pa.types.is_struct(column.type) and all("." not in name for name in path):
            yield from _leaves(column.type, path)
        else:
            yield path


def _json_paths(lines: list[str]) -> list[tuple[str, ...]]:
    """Return the path of every value that is no object, in the order of their first sight; lists are values."""
    found: dict[tuple[str, ...], None] = {}

    def note(record: dict[str, Any], above: tuple[str, ...]) -> None:
        for part, value in record.items():
            path = (*above, part)
            if isinstance(value, dict) and value and all("." not in name for name in path):
                note(value, path)
            else:
                found[path] = None

    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            note(record, ())
    # What is an object in one record and null in another lies deeper.
    return [path for path in found if not any(other[: len(path)] == path != other for other in found)]


def _csv_form(path: Path, lines: list[str]) -> FileForm:
    delimiter = max(DELIMITERS, key=lambda candidate: _agreement(lines, candidate))
    if not _agreement(lines, delimiter):
        ready = ", ".join(PATTERNS)
        raise SettingsError(
            f"{path} is no Parquet, JSON lines or CSV, and no ready pattern ({ready}) fits its first line: "
            "write a contract with a pattern of your own"
        )
    declared = {"delimiter": delimiter} if delimiter != "," else {}
    first = next(csv.reader(lines[:1], delimiter=delimiter))
    names = [name.strip() for name in first]
    if len(set(names)) == len(names) and not any(NO_NAME.fullmatch(name) for name in names):
        return FileForm("csv", [(name,) for name in names], declared)
    columns = [f"column_{number}" for number in range(1, len(first) + 1)]
    return FileForm("csv", [(name,) for name in columns], {**declared, "columns": columns})


def _agreement(lines: list[str], delimiter: str) -> int:
    """Return the number of fields where most of the lines agree on it, 0 where they do not or there is but one."""
    counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    usual = max(set(counts), key=counts.count)
    return usual if usual > 1 and counts.count(usual) * 10 >= len(counts) * 9 else 0
