"""By which columns a row of a published table is the same row in another build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import duckdb

from dmp.quality import suites

UNIQUE = "expect_column_values_to_be_unique"
TOGETHER = "expect_compound_columns_to_be_unique"
# No table's grain takes more; further columns would be values that happen to differ.
LONGEST = 6
MEASURES = ("DOUBLE", "FLOAT", "DECIMAL", "JSON", "[]", "STRUCT", "MAP")


def name(text: str) -> str:
    """Return a name of a table or column as it stands in SQL."""
    return '"' + text.replace('"', '""') + '"'


def listed(columns: Sequence[str], relation: str = "") -> str:
    """Return columns as they stand in SQL, each of a relation where one is given."""
    return ", ".join(f"{relation}.{name(column)}" if relation else name(column) for column in columns)


@cache
def declared_keys() -> dict[str, tuple[str, ...]]:
    """Return the columns that a suite of `expectations/` promises to be unique, by table, as they are published."""
    keys = {}
    for table, suite in suites().items():
        for expected in suite["expectations"]:
            columns = expected["kwargs"].get("column_list") or [expected["kwargs"].get("column")]
            if expected["type"] in (UNIQUE, TOGETHER) and table not in keys:
                keys[table] = tuple("user_id" if column == "user_key" else column for column in columns)
    return keys


def row_key(
    connection: duckdb.DuckDBPyConnection,
    relations: Sequence[str],
    columns: dict[str, str],
    declared: tuple[str, ...] | None,
) -> tuple[str, ...] | None:
    """Return the key that holds in all relations: the declared one, else the shortest leading columns that do.

    columns: type by name, in the table's order, which begins with its grain. None where no columns tell rows apart.
    """
    for key in _candidates(columns, declared):
        if all(_is_unique(connection, relation, key) for relation in relations):
            return key
    return None


def _candidates(columns: dict[str, str], declared: tuple[str, ...] | None) -> Iterator[tuple[str, ...]]:
    if declared and all(column in columns for column in declared):
        yield declared
    naming = [column for column, kind in columns.items() if not any(word in kind for word in MEASURES)]
    for length in range(1, min(len(naming), LONGEST) + 1):
        yield tuple(naming[:length])


def _is_unique(connection: duckdb.DuckDBPyConnection, relation: str, key: tuple[str, ...]) -> bool:
    # Names are those of the tables themselves.
    query = f"SELECT count(*) = count(DISTINCT row({listed(key)})) FROM {relation}"  # noqa: S608
    [[is_unique]] = connection.execute(query).fetchall()
    return is_unique
