"""The tables of people that the fold writes: their columns, and rows going into them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import duckdb

OPEN_END = date(9999, 12, 31)
COLUMNS = {
    "identity_map_history": {
        "identifier_key": ("BIGINT", "What a log carries for a person: a keyed hash of its text."),
        "identifier_type": (
            "VARCHAR",
            "Kind of identifier: login, household, anonymous, device, email or phone.",
        ),
        "user_key": ("BIGINT", "The person, as the key of their earliest identifier."),
        "known_from": ("DATE", "The first landed day on which this was known."),
        "known_to": ("DATE", "The landed day from which this no longer held; 9999-12-31 while it holds."),
    },
    "identity_quarantine": {
        "identifier_key": ("BIGINT", "What a log carries for a person: a keyed hash of its text."),
        "identifier_type": ("VARCHAR", "Kind of identifier."),
        "rule": ("VARCHAR", "The rule of identity_rules that it broke."),
        "value": ("BIGINT", "The number that broke it: linked identifiers, or the size of a person."),
        "since": ("DATE", "The landed day on which that was known."),
    },
}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of people that are not there yet, each column with its description."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS profiles")
    for table, columns in COLUMNS.items():
        declared = ", ".join(f"{column} {sql_type}" for column, (sql_type, _) in columns.items())
        connection.execute(f"CREATE TABLE IF NOT EXISTS profiles.{table} ({declared})")
        for column, (_, description) in columns.items():
            connection.execute(f"COMMENT ON COLUMN profiles.{table}.{column} IS '{description}'")


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Add rows, in the order of the table's columns."""
    import pyarrow as pa

    types = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "DATE": pa.date32()}
    columns = list(zip(*rows, strict=True))
    if columns:
        schema = {name: types[sql_type] for name, (sql_type, _) in COLUMNS[table].items()}
        arrays = [
            pa.array(column, sql_type) for column, sql_type in zip(columns, schema.values(), strict=True)
        ]
        connection.register("new_rows", pa.table(dict(zip(schema, arrays, strict=True))))
        # Table names are this module's own.
        connection.execute(f"INSERT INTO profiles.{table} BY NAME FROM new_rows")
        connection.unregister("new_rows")
