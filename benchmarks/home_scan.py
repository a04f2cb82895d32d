"""Looks for texts in clear in everything that a home holds, decoded: gzip, zstd, Parquet, DuckDB, SQLite, JSON, text.

Knows nothing of the platform's code: it walks the folder and opens what it finds by its first bytes.
"""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


def decoded(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, and what they say once decoded."""
    raw = path.read_bytes()
    yield raw
    if raw.startswith(b"\x1f\x8b"):
        raw = gzip.decompress(raw)
        yield raw
    elif raw.startswith(b"\x28\xb5\x2f\xfd"):
        raw = pa.CompressedInputStream(pa.BufferReader(raw), "zstd").read()
        yield raw
    elif raw.startswith(b"PAR1"):
        yield str(pq.read_table(pa.BufferReader(raw)).to_pylist()).encode()
    elif raw.startswith(b"SQLite format 3"):
        yield from _sqlite_rows(path)
    elif raw[8:12] == b"DUCK":
        yield from _duckdb_rows(path)
    if b"\\" in raw and path.suffix in {".json", ".jsonl", ".gz", ".zst"}:
        yield from _unescaped(raw)


def _unescaped(raw: bytes) -> Iterator[bytes]:
    for line in [raw, *raw.splitlines()]:
        try:
            yield json.dumps(json.loads(line), ensure_ascii=False).encode()
        except ValueError:
            continue


def _duckdb_rows(path: Path) -> Iterator[bytes]:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS found (READ_ONLY)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'found'"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(f'FROM found."{schema}"."{table}"').fetchall()
            yield "\n".join(map(str, rows)).encode()


def _sqlite_rows(path: Path) -> Iterator[bytes]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            yield "\n".join(map(str, rows)).encode()
    finally:
        connection.close()


def hits(home: Path, texts: Iterable[str], *, leave_out: Iterable[str] = ()) -> dict[str, int]:
    """Return how often one of the texts stands as a word in each file of a home; files without are left out.

    leave_out: names directly below the home that are not looked into.
    """
    words = b"|".join(re.escape(text.encode()) for text in sorted(set(texts), key=len, reverse=True))
    pattern = re.compile(rb"(?<![0-9A-Za-z])(?:" + words + rb")(?![0-9A-Za-z])")
    found = {}
    for path in sorted(home.rglob("*")):
        place = path.relative_to(home)
        if path.is_file() and not path.is_symlink() and place.parts[0] not in leave_out:
            count = sum(len(pattern.findall(content)) for content in decoded(path))
            if count:
                found[str(place)] = count
    return found
