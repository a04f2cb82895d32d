"""Records in the landing that carry certain identifiers: found as loading finds them, shown, or taken out.

A file is rewritten whole, under a dot-name first; what is left is byte for byte as it was, and the file keeps its
format and compression.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dmp.landing.blocks import MEGABYTE, Block, RefusedFileError
from dmp.landing.content import chunks, line_blocks
from dmp.landing.contract import Contract, Entity, load_contracts
from dmp.landing.files import LandedFile, landed_files
from dmp.landing.readers import read_file
from dmp.landing.suppression import names_suppressed, parse_records, read_records, suppressed_lines
from dmp.settings import Home

BATCH_SIZE = 64 * MEGABYTE


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
        by_entity: dict[str, list[LandedFile]] = {}
        for file in landed_files(home.landing, source, date.min, date.max):
            by_entity.setdefault(file.entity, []).append(file)
        for files in by_entity.values():
            search = _Search(contract, home.key(), keys)
            search.look(files)
            found += search.found
            unread += search.unread
    return sorted(found, key=lambda records: records.file.source_file), sorted(unread)


@dataclass
class _Search:
    """The search of one entity's files, in batches that bound memory."""

    contract: Contract
    key: bytes
    keys: frozenset[int]
    found: list[FoundRecords] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def look(self, files: list[LandedFile]) -> None:
        lines: dict[int, dict[int, int]] = {}
        entity: Entity | None = None
        batch: list[tuple[int, Block]] = []
        with duckdb.connect() as connection:
            for number, file in enumerate(files):
                try:
                    entity = file.check(self.contract)
                    batch += [(number, block) for block in read_file(file.path, entity)]
                except (RefusedFileError, OSError):
                    self.unread.append(file.source_file)
                if entity and sum(block.records.nbytes for _, block in batch) > BATCH_SIZE:
                    self._search(connection, entity, batch, lines)
                    batch = []
            if entity and batch:
                self._search(connection, entity, batch, lines)
        if entity:
            self.found += [
                FoundRecords(files[number], entity, dict(sorted(of_file.items())))
                for number, of_file in lines.items()
            ]

    def _search(
        self,
        connection: duckdb.DuckDBPyConnection,
        entity: Entity,
        batch: list[tuple[int, Block]],
        lines: dict[int, dict[int, int]],
    ) -> None:
        """Add to `lines`, by file number, where a record of theirs begins and how many lines it takes."""
        if not entity.names_people:
            return
        read_records(connection, batch)
        parse_records(connection, entity, self.key)
        for number, line in suppressed_lines(connection, entity, self.key, self.keys):
            lines.setdefault(number, {})[line] = 1
        for number, block in batch:
            if entity.format == "csv" and number in lines:
                texts = block.records.select(["source_line", "record_text"]).to_pylist()
                for row in texts:
                    if row["source_line"] in lines[number]:
                        lines[number][row["source_line"]] = _line_count(row["record_text"])
            for reject in block.rejects:
                text = reject.content.decode(errors="replace")
                if names_suppressed(text, entity, self.key, self.keys):
                    count = _line_count(text) if entity.format == "csv" else 1
                    lines.setdefault(number, {})[reject.source_line] = count


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
