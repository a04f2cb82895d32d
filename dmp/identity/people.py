"""Brings the tables of people to the end of a landed day: reads what it touches, folds, writes what changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb

from dmp.identity.folding import Change, Known, fold
from dmp.identity.tables import OPEN_END, create_tables, insert
from dmp.identity.touched import know, read_decisions

REVERT = (
    "DELETE FROM profiles.identity_quarantine WHERE since >= $first",
    "DELETE FROM profiles.identity_map_history WHERE known_from >= $first",
    "UPDATE profiles.identity_map_history SET known_to = DATE '9999-12-31' WHERE known_to >= $first",
)
CLOSE = """
UPDATE profiles.identity_map_history SET known_to = first_changes.known_from
FROM first_changes
WHERE identity_map_history.identifier_key = first_changes.identifier_key AND known_to = DATE '9999-12-31'
"""


def update_people(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> dict[str, int]:
    """Bring identity_map_history and identity_quarantine to the end of landed days first..last.

    Returns how many identifiers were looked at, how many changed hands and how many rules were newly broken.
    """
    create_tables(connection)
    connection.begin()
    try:
        counts = _update(connection, first, last)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return counts


def _update(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> dict[str, int]:
    for statement in REVERT:
        connection.execute(statement, {"first": first})
    known, days = know(connection, first, last, read_decisions(connection, last))
    changes, hits = fold(known, days, first)
    _close(connection, changes)
    insert(connection, "identity_map_history", _intervals(changes, known))
    insert(
        connection,
        "identity_quarantine",
        [(hit.identifier, known.types[hit.identifier], hit.rule, hit.value, since) for since, hit in hits],
    )
    return {"identifiers_touched": len(known.identifiers), "changes": len(changes), "rules_hit": len(hits)}


def _close(connection: duckdb.DuckDBPyConnection, changes: list[Change]) -> None:
    """End what held until an identifier's first change."""
    import pyarrow as pa

    firsts: dict[int, date] = {}
    for change in changes:
        firsts.setdefault(change.identifier, change.known_from)
    columns = {
        "identifier_key": pa.array(firsts.keys(), pa.int64()),
        "known_from": pa.array(firsts.values(), pa.date32()),
    }
    connection.register("first_changes", pa.table(columns))
    connection.execute(CLOSE)
    connection.unregister("first_changes")


def _intervals(changes: list[Change], known: Known) -> Iterator[tuple[int, str, int, date, date]]:
    """Yield the new rows of the history: each change holds until the identifier's next one."""
    ends: dict[int, date] = {}
    for change in reversed(changes):
        end = ends.get(change.identifier, OPEN_END)
        yield change.identifier, known.types[change.identifier], change.user, change.known_from, end
        ends[change.identifier] = change.known_from
