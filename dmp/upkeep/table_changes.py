"""What differs between the tables of two builds: rows that came, went or changed, and in which columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dmp.publish import quoted
from dmp.settings import SettingsError
from dmp.upkeep.row_keys import declared_keys, listed, name, row_key

COLUMNS = """
SELECT column_name, data_type FROM duckdb_columns()
WHERE database_name = ? AND table_name = ? ORDER BY column_index
"""
TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal"
SIDES = ("before", "after")


@dataclass(frozen=True)
class TableChange:
    """One table in two builds. key is empty where no columns tell its rows apart: then a changed row is one that
    went and one that came.

    changed_columns: rows in which a column has another value, by column. Columns that stamp a whole build
    (`build_id`, an `as_of_date` that is one for all rows) are not compared.
    """

    table: str
    row_count_before: int | None
    row_count_after: int | None
    added_count: int = 0
    gone_count: int = 0
    changed_count: int = 0
    key: tuple[str, ...] = ()
    changed_columns: dict[str, int] = field(default_factory=dict)
    new_columns: tuple[str, ...] = ()
    gone_columns: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        is_there = None not in (self.row_count_before, self.row_count_after)
        counts = (self.added_count, self.gone_count, self.changed_count)
        return is_there and not (any(counts) or self.new_columns or self.gone_columns)


@dataclass(frozen=True)
class Pair:
    """The same table in two builds that are attached as `before` and `after`, and how its rows are compared."""

    table: str
    key: tuple[str, ...]
    compared: tuple[str, ...]
    retyped: frozenset[str] = frozenset()

    @property
    def relations(self) -> tuple[str, str]:
        """The table in both builds, as it stands in SQL."""
        return f"before.{name(self.table)}", f"after.{name(self.table)}"

    @property
    def matching(self) -> str:
        """The condition under which two rows are the same row; an absent part of a key is a part too."""
        return " AND ".join(f"a.{name(column)} IS NOT DISTINCT FROM b.{name(column)}" for column in self.key)

    def differs(self, column: str) -> str:
        """The condition under which a row has another value in a column, whatever its types were."""
        text = "::VARCHAR" if column in self.retyped else ""
        return f"a.{name(column)}{text} IS DISTINCT FROM b.{name(column)}{text}"


@contextmanager
def opened(before: Path, after: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open two builds, read-only, as `before` and `after`."""
    with duckdb.connect() as connection:
        for side, folder in zip(SIDES, (before, after), strict=True):
            connection.execute(f"ATTACH '{quoted(folder / 'dmp.duckdb')}' AS {side} (READ_ONLY)")
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def table_changes(connection: duckdb.DuckDBPyConnection) -> list[TableChange]:
    """Return every table of either build, by name."""
    tables = [{table for (table,) in connection.execute(TABLES, [side]).fetchall()} for side in SIDES]
    return [_change(connection, table) for table in sorted(tables[0] | tables[1])]


def paired(connection: duckdb.DuckDBPyConnection, table: str) -> Pair:
    """Return how a table is compared. Raises SettingsError for one that is not in both builds."""
    before, after = (_columns(connection, side, table) for side in SIDES)
    if not (before and after):
        raise SettingsError(f"'{table}' is not a table of both builds")
    stamps = _stamps(connection, table, before.keys() & after.keys())
    common = {column: kind for column, kind in after.items() if column in before and column not in stamps}
    relations = [f"{side}.{name(table)}" for side in SIDES]
    retyped = frozenset(column for column, kind in common.items() if before[column] != kind)
    # A key of two types could not be joined.
    naming = {column: kind for column, kind in common.items() if column not in retyped}
    key = row_key(connection, relations, naming, declared_keys().get(table)) or ()
    return Pair(table, key, tuple(column for column in common if column not in key), retyped)


def _columns(connection: duckdb.DuckDBPyConnection, side: str, table: str) -> dict[str, str]:
    return dict(connection.execute(COLUMNS, [side, table]).fetchall())


def _stamps(connection: duckdb.DuckDBPyConnection, table: str, common: set[str]) -> set[str]:
    stamps = {"build_id"}
    if "as_of_date" in common:
        query = " UNION ALL ".join(
            f"SELECT count(DISTINCT as_of_date) FROM {side}.{name(table)}"  # noqa: S608
            for side in SIDES
        )
        if all(count <= 1 for (count,) in connection.execute(query).fetchall()):
            stamps.add("as_of_date")
    return stamps


def _change(connection: duckdb.DuckDBPyConnection, table: str) -> TableChange:
    before, after = (_columns(connection, side, table) for side in SIDES)
    old, new = (
        _count(connection, f"FROM {side}.{name(table)}") if columns else None
        for side, columns in zip(SIDES, (before, after), strict=True)
    )
    if not (before and after):
        return TableChange(table, old, new, added_count=new or 0, gone_count=old or 0)
    pair = paired(connection, table)
    gone, added, changed, by_column = _counted(connection, pair)
    return TableChange(
        table,
        old,
        new,
        added_count=added,
        gone_count=gone,
        changed_count=changed,
        key=pair.key,
        changed_columns=by_column,
        new_columns=tuple(column for column in after if column not in before),
        gone_columns=tuple(column for column in before if column not in after),
    )


def _counted(connection: duckdb.DuckDBPyConnection, pair: Pair) -> tuple[int, int, int, dict[str, int]]:
    """Return rows that went, came and changed, and in how many rows each column changed."""
    one, other = pair.relations
    if not pair.key:
        rows = f"SELECT {listed(pair.compared)} FROM"
        return (
            _count(connection, f"FROM ({rows} {one} EXCEPT ALL {rows} {other})"),
            _count(connection, f"FROM ({rows} {other} EXCEPT ALL {rows} {one})"),
            0,
            {},
        )
    gone = _count(connection, f"FROM {one} AS a ANTI JOIN {other} AS b ON {pair.matching}")
    added = _count(connection, f"FROM {other} AS b ANTI JOIN {one} AS a ON {pair.matching}")
    if not pair.compared:
        return gone, added, 0, {}
    differing = [pair.differs(column) for column in pair.compared]
    counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in differing)
    [[changed, *by_column]] = connection.execute(
        f"SELECT count(*) FILTER (WHERE {' OR '.join(differing)}), {counts} "  # noqa: S608
        f"FROM {one} AS a INNER JOIN {other} AS b ON {pair.matching}"
    ).fetchall()
    found = {column: count for column, count in zip(pair.compared, by_column, strict=True) if count}
    return gone, added, changed, found


def _count(connection: duckdb.DuckDBPyConnection, of: str) -> int:
    [[count]] = connection.execute(f"SELECT count(*) {of}").fetchall()
    return count
