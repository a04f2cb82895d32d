"""The tables of people: days in any batches, days run again, decisions and their undoing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from dmp.identity.people import update_people
from dmp.settings import Home

Rows = list[tuple]
MAP = "FROM profiles.identity_map_history ORDER BY ALL"
HITS = "FROM profiles.identity_quarantine ORDER BY ALL"


@pytest.fixture
def warehouse(shop_home: Home, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The evidence of a home that went through the whole flow, in a database of its own."""
    with duckdb.connect(str(tmp_path / "people.duckdb")) as connection:
        connection.execute(f"ATTACH '{shop_home.warehouse}' AS shop (READ_ONLY)")
        for table in (
            "intermediate.int_identifiers",
            "intermediate.int_identity_links",
            "intermediate.int_identity_decisions",
            "profiles.identity_rules",
            "profiles.identity_map_history",
            "profiles.identity_quarantine",
        ):
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.split('.')[0]}")
            connection.execute(f"CREATE TABLE {table} AS FROM shop.{table}")
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> Rows:
    return connection.execute(query).fetchall()


def last_day(connection: duckdb.DuckDBPyConnection) -> date:
    return rows(connection, "SELECT max(landed_date) FROM intermediate.int_identifiers")[0][0]


def decide(
    connection: duckdb.DuckDBPyConnection, decision_id: str, decision: str, *pair: int, undone: str = ""
) -> None:
    connection.execute(
        "INSERT INTO intermediate.int_identity_decisions BY NAME SELECT $id AS decision_id, 1 AS line_number,"
        " $decision AS decision, $pair[1] AS identifier_key, $pair[2] AS other_identifier_key,"
        " nullif($undone, '') AS undone_decision_id, $day AS landed_date",
        {
            "id": decision_id,
            "decision": decision,
            "pair": pair,
            "undone": undone,
            "day": last_day(connection),
        },
    )


def users(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    return dict(
        rows(
            connection,
            "SELECT identifier_key, user_key FROM profiles.identity_map_history WHERE known_to > '9999-01-01'",
        )
    )


def test_days_in_batches_equal_all_at_once(warehouse: duckdb.DuckDBPyConnection) -> None:
    expected = rows(warehouse, MAP), rows(warehouse, HITS)
    warehouse.execute("DELETE FROM profiles.identity_map_history; DELETE FROM profiles.identity_quarantine")
    last = last_day(warehouse)
    starts = [date.min, last - timedelta(days=40), last - timedelta(days=39), last - timedelta(days=7), last]
    for first, following in zip(starts, [*starts[1:], last + timedelta(days=1)], strict=True):
        update_people(warehouse, first, following - timedelta(days=1))
    assert (rows(warehouse, MAP), rows(warehouse, HITS)) == expected


def test_a_day_looks_at_what_it_touches_and_run_again_changes_nothing(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    expected = rows(warehouse, MAP)
    last = last_day(warehouse)
    counts = update_people(warehouse, last, last)
    assert 0 < counts["identifiers_touched"] < len(users(warehouse)) / 4
    assert rows(warehouse, MAP) == expected


def test_a_link_taken_back_from_the_landing_parts_who_it_joined(warehouse: duckdb.DuckDBPyConnection) -> None:
    last = last_day(warehouse)
    one, other = rows(
        warehouse,
        "SELECT identifier_key, user_key FROM profiles.identity_map_history WHERE identifier_type = 'login' LIMIT 1",
    )[0]
    stranger = next(user for user in sorted(users(warehouse).values()) if user not in (one, other))
    expected = rows(warehouse, MAP)
    warehouse.execute(
        "INSERT INTO intermediate.int_identity_links BY NAME SELECT $pair[1] AS identifier_key,"
        " 'login' AS identifier_type, $pair[2] AS other_identifier_key, 'login' AS other_identifier_type,"
        " $day AS landed_date, now() AS first_event_at, 1 AS evidence_count",
        {"pair": [one, stranger], "day": last},
    )
    update_people(warehouse, last, last)
    assert users(warehouse)[one] == users(warehouse)[stranger]
    warehouse.execute("DELETE FROM intermediate.int_identity_links WHERE evidence IS NULL")
    update_people(warehouse, last, last)
    assert rows(warehouse, MAP) == expected


def test_an_alias_of_a_login_joins_nobody_until_something_is_done_under_that_login(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    last, earlier_login = last_day(warehouse), 42
    [login] = rows(
        warehouse,
        "SELECT min(identifier_key) FROM profiles.identity_map_history WHERE identifier_type = 'login'",
    )[0]
    expected = users(warehouse)
    warehouse.execute(
        "INSERT INTO intermediate.int_identity_links BY NAME SELECT $pair[1] AS identifier_key,"
        " 'login' AS identifier_type, $pair[2] AS other_identifier_key, 'login' AS other_identifier_type,"
        " 'alias' AS evidence, $day AS landed_date, now() AS first_event_at, 1 AS evidence_count",
        {"pair": [login, earlier_login], "day": last - timedelta(days=1)},
    )
    update_people(warehouse, last - timedelta(days=1), last)
    assert users(warehouse) == expected
    warehouse.execute(
        "INSERT INTO intermediate.int_identifiers BY NAME SELECT $key AS identifier_key,"
        " 'login' AS identifier_type, now() AS first_event_at, $day AS landed_date",
        {"key": earlier_login, "day": last},
    )
    update_people(warehouse, last, last)
    assert users(warehouse)[earlier_login] == users(warehouse)[login]


@pytest.mark.parametrize("decision", ["merge", "split"])
def test_a_decision_changes_two_people_and_its_undoing_restores_both(
    warehouse: duckdb.DuckDBPyConnection, decision: str
) -> None:
    expected, last = rows(warehouse, MAP), last_day(warehouse)
    before = users(warehouse)
    login, browser = rows(
        warehouse,
        """
        SELECT identifier_key, other_identifier_key FROM intermediate.int_identity_links AS links
        SEMI JOIN profiles.identity_map_history AS map
            ON map.identifier_key = other_identifier_key AND map.user_key = links.identifier_key
        WHERE links.identifier_type = 'login' AND other_identifier_type = 'anonymous' ORDER BY ALL LIMIT 1
        """,
    )[0]
    stranger = next(user for user in sorted(before.values()) if user != before[login])
    pair = (login, stranger) if decision == "merge" else (browser, login)
    decide(warehouse, "d1", decision, *pair)
    update_people(warehouse, last, last)
    then = users(warehouse)
    assert (then[pair[0]] == then[pair[1]]) is (decision == "merge")
    assert then != before
    decide(warehouse, "d2", "undo", undone="d1")
    update_people(warehouse, last, last)
    assert rows(warehouse, MAP) == expected
