"""CSV: maps values by header name, never by position; knows quoted line ends, and refuses what is no CSV.

Quoting is strict (RFC 4180): a quote that opens a field is closed before a comma or a line's end. Broken
quotes in a record of several lines refuse the file: nobody can tell where the next record begins.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from dmp.landing.blocks import (
    LARGEST_RECORD,
    LONGEST_LINE,
    REASONS,
    Block,
    RefusedFileError,
    Reject,
)
from dmp.landing.contract import Entity
from dmp.landing.csv_lines import CsvLines, problem_of

RECORDS_PER_BLOCK = 20_000
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def csv_blocks(path: Path, entity: Entity) -> Iterator[Block]:
    """Yield a CSV file as blocks with `source_line`, `record_text`, a text column per field and `properties`.

    Raises RefusedFileError: no header, another delimiter, a required column missing, a quote never closed.
    """
    with _fields_of_any_size():
        lines = CsvLines(path)
        form: dict[str, Any] = {"quoting": csv.QUOTE_NONE} if entity.quote == "none" else {}
        reader = csv.reader(iter(lines), delimiter=entity.delimiter, strict=True, **form)
        header = list(entity.columns) or _header(lines, reader, entity)
        block = _Draft(header, entity, header_line_count=len(lines.record))
        seen = 0
        while _next_record(lines, reader, block):
            if len(block.rows) + len(block.rejects) >= RECORDS_PER_BLOCK:
                yield block.finished(lines, seen)
                seen, lines.blank_line_count = lines.number, 0
                block = _Draft(header, entity)
        yield block.finished(lines, seen)


@contextmanager
def _fields_of_any_size() -> Iterator[None]:
    usual = csv.field_size_limit(LONGEST_LINE)
    try:
        yield
    finally:
        csv.field_size_limit(usual)


def _header(lines: CsvLines, reader: Iterator[list[str]], entity: Entity) -> list[str]:
    try:
        header = [name.strip() for name in next(reader)]
    except StopIteration:
        return []
    except csv.Error as error:
        raise RefusedFileError(f"the header cannot be read: {error}") from error
    if (problem := problem_of("".join(lines.record))) is not None:
        raise RefusedFileError(f"the header cannot be read: {REASONS[problem]}")
    known = set(entity.source_names)
    if not known & set(header):
        raise RefusedFileError(_guess(lines.record[0], known, entity.delimiter))
    for name in header:
        if header.count(name) > 1:
            raise RefusedFileError(f"the header names {name!r} twice")
    for name, column in entity.source_names.items():
        if entity.fields[column].required and name not in header:
            raise RefusedFileError(f"the header lacks the required column '{name}'")
    return header


def _guess(line: str, known: set[str], declared: str) -> str:
    for delimiter, word in DELIMITERS.items():
        if known & {name.strip('" \r\n') for name in line.split(delimiter)}:
            return f"the fields are parted by {word}, not by {DELIMITERS.get(declared, declared)}"
    return "the file has no header: its first line names no field of the contract"


def _next_record(lines: CsvLines, reader: Iterator[list[str]], block: _Draft) -> bool:
    lines.begin_record()
    try:
        values = next(reader)
    except StopIteration:
        return False
    except csv.Error as error:
        if len(lines.record) > 1 or "end of data" in str(error):
            raise lines.unclosed_quote() from error
        block.reject(lines, "broken_quotes")
    else:
        block.add(lines, values)
    return True


@dataclass
class _Draft:
    """The records of one block as they are read."""

    header: list[str]
    entity: Entity
    header_line_count: int = 0
    continuation_line_count: int = 0
    rows: list[list[str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    def add(self, lines: CsvLines, values: list[str]) -> None:
        text = "".join(lines.record)
        if lines.size > LARGEST_RECORD:
            self.reject(lines, "too_large")
        elif problem := problem_of(text):
            self.reject(lines, problem)
        elif len(values) != len(self.header):
            self.reject(lines, "field_count")
        else:
            self.continuation_line_count += len(lines.record) - 1
            self.rows.append(values)
            self.texts.append(text)
            self.numbers.append(lines.first)

    def reject(self, lines: CsvLines, reason_code: str) -> None:
        self.continuation_line_count += len(lines.record) - 1
        content = "".join(lines.record).encode("utf-8", "surrogateescape")
        self.rejects.append(Reject(lines.first, reason_code, content.rstrip(b"\r\n")))

    def finished(self, lines: CsvLines, seen: int) -> Block:
        """Return the block; `seen` lines of the file are in earlier blocks."""
        known = self.entity.source_names
        unknown = [name for name in self.header if name not in known]
        by_name = dict(zip(self.header, zip(*self.rows, strict=True), strict=True)) if self.rows else {}
        extras = zip(*(by_name[name] for name in unknown), strict=True) if by_name and unknown else ()
        properties = [json.dumps(dict(zip(unknown, row, strict=True)), ensure_ascii=False) for row in extras]
        nothing = [None] * len(self.rows)
        columns = {
            "source_line": pa.array(self.numbers, pa.int64()),
            "record_text": pa.array(self.texts, pa.string()),
            **{column: pa.array(by_name.get(name, nothing), pa.string()) for name, column in known.items()},
            "properties": pa.array(properties or nothing, pa.string()),
        }
        return Block(
            records=pa.table(columns),
            physical_line_count=lines.number - seen,
            header_line_count=self.header_line_count,
            continuation_line_count=self.continuation_line_count,
            blank_line_count=lines.blank_line_count,
            rejects=self.rejects,
            notes=[f"unknown column kept: {name}" for name in unknown],
        )
