"""The records of one original file as they are, written again as landing files: any of them, in their order."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from dmp.landing.blocks import Block
from dmp.landing.contract import Entity
from dmp.landing.csv_lines import CsvLines

Lines = npt.NDArray[np.int64]


class Original(Protocol):
    """An original's records by the lines on which they begin."""

    def write(self, lines: Lines, folder: Path, stem: str) -> None:
        """Write the records of some lines as the landing file `stem` with its suffixes, complete or not at all."""


def read_original(path: Path, entity: Entity, blocks: list[Block]) -> Original:
    """Return the records of an original whose blocks were read."""
    if entity.format == "parquet":
        return ParquetOriginal(pq.read_table(path))
    contents = {reject.source_line: reject.content for block in blocks for reject in block.rejects}
    for block in blocks:
        numbers, texts = (block.records[name].to_pylist() for name in ("source_line", "record_text"))
        contents |= {number: text.encode() for number, text in zip(numbers, texts, strict=True)}
    header = b""
    if blocks and blocks[0].header_line_count:
        header = next(iter(CsvLines(path))).encode("utf-8", "surrogateescape")
    return TextOriginal(entity.format, header, contents)


@dataclass(frozen=True)
class ParquetOriginal:
    """Records of Parquet; a record counts as a line."""

    records: pa.Table

    def write(self, lines: Lines, folder: Path, stem: str) -> None:
        """Write the records of some lines."""
        unfinished = _begin(folder, f"{stem}.parquet")
        records = self.records.take(pa.array(lines - 1))
        pq.write_table(records, unfinished, compression="zstd", write_page_checksum=True)
        unfinished.replace(folder / f"{stem}.parquet")


@dataclass(frozen=True)
class TextOriginal:
    """Records of text by line, after the header that a CSV file has."""

    suffix: str
    header: bytes
    contents: Mapping[int, bytes]

    def write(self, lines: Lines, folder: Path, stem: str) -> None:
        """Write the records of some lines; what was compressed or not is gzip now."""
        name = f"{stem}.{self.suffix}.gz"
        unfinished = _begin(folder, name)
        records = [self.contents[line].rstrip(b"\r\n") + b"\n" for line in lines.tolist()]
        # Without a time inside, the same records give the same bytes.
        unfinished.write_bytes(gzip.compress(b"".join([self.header, *records]), mtime=0))
        unfinished.replace(folder / name)


def _begin(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f".{name}"
