"""What a rule may name: read from the tables as they are, so that a new column or tag needs no word here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import duckdb

# Kinds of columns, by the first word of DuckDB's type; other types cannot be asked for.
KINDS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT"), "number"),
    **dict.fromkeys(("DECIMAL", "DOUBLE", "FLOAT"), "number"),
    "VARCHAR": "text",
    "BOOLEAN": "flag",
    "DATE": "day",
    "TIMESTAMP": "day",
    "VARCHAR[]": "list",
}
PEOPLE = "profiles.user_profiles"
COLUMNS = """
SELECT 'profiles.' || columns.table_name AS table_name, columns.column_name, columns.data_type
FROM duckdb_columns() AS columns
WHERE columns.schema_name = 'profiles' AND columns.table_name LIKE 'user\\_%' ESCAPE '\\'
ORDER BY columns.table_name <> 'user_profiles', columns.table_name, columns.column_index
"""
TAGS = "SELECT DISTINCT tag_id FROM profiles.tag_rules ORDER BY tag_id"
# Where a field was seen before, at the weekly cuts.
HISTORY = "_history"
OF_THE_PERSON = ("user_key", "user_id", "as_of_date")


@dataclass(frozen=True)
class Field:
    """A column with one value per person; history: the table of its values at the weekly cuts, None without one."""

    name: str
    table: str
    kind: str
    history: str | None


@dataclass(frozen=True)
class Catalogue:
    """The names that rules may use."""

    fields: Mapping[str, Field]
    tags: Collection[str]
    targets: Collection[str]
    events: Collection[str]
    item_events: Collection[str]
    purposes: Collection[str]


def read_catalogue(connection: duckdb.DuckDBPyConnection) -> Catalogue:
    """Return what the warehouse's tables offer to rules."""
    columns: dict[str, dict[str, str]] = {}
    for table, column, data_type in connection.execute(COLUMNS).fetchall():
        columns.setdefault(table, {})[column] = data_type
    people = _count(connection, PEOPLE)
    tables = [table for table in columns if _is_by_person(connection, table, columns[table], people)]
    histories = [
        table for table, named in columns.items() if table.endswith(HISTORY) and "as_of_date" in named
    ]
    fields: dict[str, Field] = {}
    for table in tables:
        for column, data_type in columns[table].items():
            kind = KINDS.get(data_type.split("(")[0].split(" ")[0])
            if kind and column not in fields and column not in OF_THE_PERSON:
                history = next((name for name in histories if column in columns[name]), None)
                fields[column] = Field(column, table, kind, history)
    return Catalogue(
        fields,
        _names(connection, TAGS),
        _names(connection, "SELECT DISTINCT target FROM predictions.prediction_models ORDER BY target"),
        _counted(columns["profiles.user_activity"]),
        _counted(columns["profiles.user_item_activity"]),
        [
            name.removeprefix("is_consented_")
            for name in columns["profiles.user_consents"]
            if name.startswith("is_consented_")
        ],
    )


def _is_by_person(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], people: int
) -> bool:
    """Whether a table has one row per person; a larger one is not looked into."""
    if table == PEOPLE:
        return True
    if "user_key" not in columns or table.endswith(HISTORY) or _count(connection, table) > people:
        return False
    # Names come from the database's own catalogue.
    query = f"SELECT count(*) > 0 AND count(*) = count(DISTINCT user_key) FROM {table}"  # noqa: S608
    (is_unique,) = connection.execute(query).fetchone() or (False,)
    return is_unique


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)  # noqa: S608
    return count


def _names(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [name for (name,) in connection.execute(query).fetchall()]


def _counted(columns: Mapping[str, str]) -> list[str]:
    return [name.removesuffix("_count") for name in columns if name.endswith("_count")]
