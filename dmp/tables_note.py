"""The note of a home's tables, `<home>/dbt/tables.json`, written by each publishing: names and types, no row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from dmp.checked_json import read_checked, write_checked
from dmp.settings import Home

COLUMNS = """
SELECT schema_name || '.' || table_name AS table_name, map(list(column_name), list(data_type)) AS columns
FROM (FROM duckdb_columns() WHERE NOT internal ORDER BY schema_name, table_name, column_index)
GROUP BY ALL ORDER BY ALL
"""


def note_tables(
    home: Home, connection: duckdb.DuckDBPyConnection, made_of: Mapping[str, Iterable[str]]
) -> None:
    """Note the warehouse's tables with their columns and types; made_of: the tables behind each table, by name."""
    path = _path(home)
    path.parent.mkdir(exist_ok=True)
    behind = {table: sorted(tables) for table, tables in made_of.items()}
    write_checked(path, {"columns": columns_of(connection), "made_of": behind})


def columns_of(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the warehouse's tables: by `schema.table` the type of each column."""
    return dict(connection.execute(COLUMNS).fetchall())


def statements(home: Home) -> dict[str, Path]:
    """Return the file of the statement that dbt last compiled for each of its tables, by the table's name."""
    return {path.stem: path for path in sorted((home.root / "dbt" / "compiled").rglob("*.sql"))}


def read_tables(home: Home) -> dict[str, Any]:
    """Return what was noted: `columns`, by `schema.table` the type of each, and `made_of`, by table those behind it.

    Both are empty in a home that never published. Raises DamagedFileError.
    """
    return read_checked(_path(home)) or {"columns": {}, "made_of": {}}


def _path(home: Home) -> Path:
    return home.root / "dbt" / "tables.json"
