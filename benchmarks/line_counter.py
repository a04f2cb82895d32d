"""Counts the lines of a landed file from its bytes, and the rows of a Parquet file with another engine than ours.

Knows nothing of dmp/landing: it is what the accounts are checked against.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import duckdb
import pyarrow as pa


def physical_lines(path: Path) -> int | None:
    """Return line ends plus an open last line; rows for Parquet; None where the bytes cannot be read at all."""
    if path.suffix == ".parquet":
        return _parquet_rows(path)
    try:
        content = _unpacked(path)
    except (OSError, EOFError, zlib.error):
        return None
    return content.count(b"\n") + (content != b"" and not content.endswith(b"\n"))


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(content)
    if path.suffix == ".zst":
        return pa.input_stream(pa.BufferReader(content), compression="zstd").read()
    return content


def _parquet_rows(path: Path) -> int | None:
    try:
        with duckdb.connect() as connection:
            # All columns are read, so that damage inside a page is found too.
            rows = connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    except duckdb.Error:
        return None
    return len(rows)
