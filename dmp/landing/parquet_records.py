"""Parquet: records by column name, every value as text, so that one set of rules reads all formats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
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
    present = file.schema_arrow.names
    for name, column in entity.source_names.items():
        if entity.fields[column].required and name not in present:
            raise RefusedFileError(f"the required column '{name}' is missing")
    if twice := [name for name in present if present.count(name) > 1]:
        raise RefusedFileError(f"the column {twice[0]!r} is there twice")
    unknown = [name for name in present if name not in entity.source_names]
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
    for name, column in entity.source_names.items():
        columns[column] = _text(batch[name]) if name in batch.schema.names else nothing
    columns["properties"] = nothing
    if unknown:
        rows = batch.select(unknown).to_pylist()
        texts = [json.dumps(row, default=str, ensure_ascii=False) for row in rows]
        columns["properties"] = pa.array(texts, pa.string())
    return pa.table(columns)


def _text(values: pa.Array) -> pa.Array:
    if pa.types.is_nested(values.type):
        texts = [None if value is None else json.dumps(value, default=str) for value in values.to_pylist()]
        return pa.array(texts, pa.string())
    return values.cast(pa.string())
