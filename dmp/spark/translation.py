"""A DuckDB query as a Spark query that gives the same rows."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from dmp.spark.reading import read
from dmp.spark.shaping import (
    add_empty_columns,
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
    query = read(sql)
    plain_windows(query)
    tree: exp.Expr = _resolved(query, schema)
    unions_by_place(tree)
    tree = annotated(tree, schema)
    tree = put_types_to_work(tree)
    tree = kept(tree)
    unnested(tree)
    tree = in_sparks_words(tree)
    written: str = tree.sql(dialect="spark", pretty=True)
    return written


def _resolved(tree: exp.Query, schema: MappingSchema) -> exp.Query:
    """Return the tree with every name resolved and both sides of unions by name with the same columns."""
    unions = tag_unions(tree)
    while True:
        found = qualify(tree.copy(), schema=schema, dialect="duckdb", validate_qualify_columns=False)
        missing = lacking(found)
        if not missing:
            return qualify(tree, schema=schema, dialect="duckdb", validate_qualify_columns=True)
        for number, names in missing.items():
            add_empty_columns(unions[number], names)
