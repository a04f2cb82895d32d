"""The rows of one table that differ between two builds: a line for each row that came or went, or changed cell."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from dmp.upkeep.row_keys import listed, name
from dmp.upkeep.table_changes import Pair

CHANGE_COLUMNS = ("change", "column", "before", "after")


def row_changes(
    connection: duckdb.DuckDBPyConnection, pair: Pair, limit: int
) -> tuple[list[str], list[tuple]]:
    """Return the names and at most `limit` lines: the key, then `change` (added, gone, changed), column, before, after.

    Ordered by the key, then by the place of the column. Without a key a line shows the whole row.
    """
    if not pair.key:
        return _whole_rows(connection, pair, limit)
    parts = " UNION ALL ".join(_selects(pair))
    query = f"SELECT * EXCLUDE (place) FROM ({parts}) ORDER BY {listed(pair.key)}, place LIMIT ?"  # noqa: S608
    return [*pair.key, *CHANGE_COLUMNS], connection.execute(query, [limit]).fetchall()


def _selects(pair: Pair) -> Iterator[str]:
    one, other = pair.relations
    for change, relation, another in (("gone", one, other), ("added", other, one)):
        yield (
            f"SELECT {listed(pair.key, 'a')}, '{change}' AS change, NULL AS column, NULL AS before, "  # noqa: S608
            f"NULL AS after, 0 AS place FROM {relation} AS a ANTI JOIN {another} AS b ON {pair.matching}"
        )
    for place, column in enumerate(pair.compared, start=1):
        literal = column.replace("'", "''")
        yield (
            f"SELECT {listed(pair.key, 'a')}, 'changed', '{literal}', a.{name(column)}::VARCHAR, "  # noqa: S608
            f"b.{name(column)}::VARCHAR, {place} FROM {one} AS a INNER JOIN {other} AS b ON {pair.matching} "
            f"WHERE {pair.differs(column)}"
        )


def _whole_rows(
    connection: duckdb.DuckDBPyConnection, pair: Pair, limit: int
) -> tuple[list[str], list[tuple]]:
    one, other = pair.relations
    rows = f"SELECT {listed(pair.compared)} FROM"
    query = (
        f"SELECT 'gone' AS change, * FROM ({rows} {one} EXCEPT ALL {rows} {other}) UNION ALL "  # noqa: S608
        f"SELECT 'added' AS change, * FROM ({rows} {other} EXCEPT ALL {rows} {one}) ORDER BY ALL LIMIT ?"
    )
    return ["change", *pair.compared], connection.execute(query, [limit]).fetchall()
