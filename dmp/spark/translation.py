"""A DuckDB query as a Spark query that gives the same rows."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from dmp.spark.reading import read
from dmp.spark.shaping import (
    add_empty_columns,
    distinct_steps,
    kept,
    lacking,
    plain_windows,
    tag_unions,
    unions_by_place,
    unnested,
)
from dmp.spark.typed import put_types_to_work
from dmp.spark.types import annotated
from dmp.spark.words import in_sparks_words

Tables = Mapping[str, Mapping[str, str]]


def schema_of(tables: Tables) -> MappingSchema:
    """Return what is known of tables: by `schema.table`, the DuckDB type of each column."""
    schema = MappingSchema(dialect="duckdb")
    for name, columns in tables.items():
        schema.add_table(name, {f'"{column}"': kind for column, kind in columns.items()}, dialect="duckdb")
    return schema


def to_spark(sql: str, schema: MappingSchema) -> str:
    """Return a DuckDB query in Spark's dialect.

    Raises UntranslatableError, or sqlglot's own errors, for what cannot be said there.
    """
    tree: exp.Expr = annotated(resolved(sql, schema), schema)
    distinct_steps(tree)
    tree = put_types_to_work(tree)
    tree = kept(tree)
    unnested(tree)
    tree = in_sparks_words(tree)
    written: str = tree.sql(dialect="spark", pretty=True)
    return written


def resolved(sql: str, schema: MappingSchema) -> exp.Query:
    """Return a DuckDB query as a tree with every name resolved, in which both sides of a union have the same columns in
    the same places. Raises UntranslatableError, or sqlglot's own errors.
    """
    tree = read(sql)
    plain_windows(tree)
    found = _qualified(tree, schema)
    unions_by_place(found)
    return found


def _qualified(tree: exp.Query, schema: MappingSchema) -> exp.Query:
    unions = tag_unions(tree)
    while True:
        found = qualify(tree.copy(), schema=schema, dialect="duckdb", validate_qualify_columns=False)
        missing = lacking(found)
        if not missing:
            return qualify(tree, schema=schema, dialect="duckdb", validate_qualify_columns=True)
        for number, names in missing.items():
            add_empty_columns(unions[number], names)
