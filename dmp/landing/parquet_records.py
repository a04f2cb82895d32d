"""Parquet: records by column name, every value as text, so that one set of rules reads all formats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dmp.landing.blocks import Block, RefusedFileError
from dmp.landing.content import kind, opened
from dmp.landing.contract import Entity

RECORDS_PER_BLOCK = 65_536


def parquet_blocks(path: Path, entity: Entity) -> Iterator[Block]:
    """Yield a Parquet file as blocks with `source_line`, a text column per contract field and `properties`.

    A record counts as a line. Raises RefusedFileError: damaged, or a required column missing.
    """
    if (found := kind(path)) != "Parquet":
        raise RefusedFileError(f"the file is {found}, its name says Parquet")
    try:
        with opened(path) as file:
            yield from _blocks(pq.ParquetFile(file, page_checksum_verification=True), entity)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise RefusedFileError(f"the Parquet file is damaged: {str(error).partition(chr(10))[0]}") from error


def _blocks(file: pq.ParquetFile, entity: Entity) -> Iterator[Block]:
    schema = file.schema_arrow
    present = schema.names
    for name, path in entity.paths.items():
        if entity.fields[name].required and not _holds(schema, path):
            raise RefusedFileError(f"the required column '{'.'.join(path)}' is missing")
    if twice := [name for name in present if present.count(name) > 1]:
        raise RefusedFileError(f"the column {twice[0]!r} is there twice")
    unknown = [name for name in present if name not in {path[0] for path in entity.paths.values()}]
    read = 0
    for batch in file.iter_batches(batch_size=RECORDS_PER_BLOCK):
        batch.validate(full=True)
        records = _as_text(batch, entity, unknown, read)
        read += len(batch)
        notes = [f"unknown column kept: {name}" for name in unknown]
        yield Block(records, physical_line_count=len(batch), notes=notes)
    if read != file.metadata.num_rows:
        raise RefusedFileError(f"the file promises {file.metadata.num_rows} records and holds {read}")


def _as_text(batch: pa.RecordBatch, entity: Entity, unknown: list[str], read: int) -> pa.Table:
    nothing = pa.nulls(len(batch), pa.string())
    columns = {"source_line": pa.array(np.arange(read + 1, read + len(batch) + 1))}
    for name, path in entity.paths.items():
        columns[name] = _text(_values(batch, path)) if _holds(batch.schema, path) else nothing
    columns["properties"] = nothing
    deeper = [path for path in entity.paths.values() if len(path) > 1 and path[0] in batch.schema.names]
    if unknown or deeper:
        rows = batch.select([*unknown, *sorted({path[0] for path in deeper})]).to_pylist()
        texts = [json.dumps(_without(row, deeper), default=str, ensure_ascii=False) for row in rows]
        columns["properties"] = pa.array(texts, pa.string())
    return pa.table(columns)


def _holds(schema: pa.Schema, path: tuple[str, ...]) -> bool:
    """Whether the schema has a column at a path; what lies deeper lies in structs."""
    if path[0] not in schema.names:
        return False
    kind = schema.field(path[0]).type
    for name in path[1:]:
        if not pa.types.is_struct(kind) or kind.get_field_index(name) < 0:
            return False
        kind = kind.field(name).type
    return True


def _values(batch: pa.RecordBatch, path: tuple[str, ...]) -> pa.Array:
    values = batch[path[0]]
    return pc.struct_field(values, list(path[1:])) if len(path) > 1 else values


def _without(row: dict[str, Any], paths: list[tuple[str, ...]]) -> dict[str, Any]:
    """Return the row less what lies at the paths."""
    for path in paths:
        place: Any = row
        for name in path[:-1]:
            place = (place or {}).get(name)
        (place or {}).pop(path[-1], None)
    return row


def _text(values: pa.Array) -> pa.Array:
    if pa.types.is_nested(values.type):
        texts = [None if value is None else json.dumps(value, default=str) for value in values.to_pylist()]
        return pa.array(texts, pa.string())
    return values.cast(pa.string())
