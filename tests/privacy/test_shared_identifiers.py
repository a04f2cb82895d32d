"""What several people shared is theirs once all of them are meant, and stays while anybody else used it."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from dmp.privacy.shared_identifiers import shared_by_them_alone

ANN, BOB, EVE = 1, 2, 3
BROWSER, TABLET, BORROWED, DEFAULT = 10, 20, 11, 12
TABLES = """
ATTACH ':memory:' AS warehouse;
CREATE SCHEMA warehouse.profiles;
CREATE SCHEMA warehouse.intermediate;
CREATE TABLE warehouse.profiles.identity_rules AS SELECT * FROM (VALUES
    ('shared_browser', 'anonymous', 'login'), ('shared_device', 'device', 'login'),
    ('borrowed_browser', 'anonymous', 'shared_device'), ('wandering_browser', 'anonymous', 'device')
) AS rules (rule, identifier_type, linked_type);
CREATE TABLE warehouse.profiles.identity_quarantine AS SELECT * FROM (VALUES
    (10, 'shared_browser'), (20, 'shared_device'), (11, 'borrowed_browser'),
    (12, 'shared_browser'), (12, 'wandering_browser')
) AS hits (identifier_key, rule);
CREATE TABLE warehouse.intermediate.int_identity_links AS SELECT * FROM (VALUES
    (1, 'login', 10, 'anonymous'), (2, 'login', 10, 'anonymous'), (10, 'anonymous', 20, 'device'),
    (1, 'login', 20, 'device'), (2, 'login', 20, 'device'), (11, 'anonymous', 20, 'device'),
    (1, 'login', 12, 'anonymous'), (2, 'login', 12, 'anonymous')
) AS links (identifier_key, identifier_type, other_identifier_key, other_identifier_type);
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


def test_a_device_of_two_goes_with_both_and_takes_the_browsers_on_it_along(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert shared_by_them_alone(connection, {ANN, BOB}) == {BROWSER, TABLET, BORROWED}


def test_a_device_of_two_stays_with_the_other(connection: duckdb.DuckDBPyConnection) -> None:
    assert shared_by_them_alone(connection, {ANN}) == set()


def test_somebody_else_on_the_device_keeps_all_that_lies_beside_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute(
        "INSERT INTO warehouse.intermediate.int_identity_links VALUES (?, 'login', ?, 'device')",
        [EVE, TABLET],
    )
    assert shared_by_them_alone(connection, {ANN, BOB}) == set()


def test_an_id_that_a_tag_sends_for_everybody_is_nobody_s_whoever_is_meant(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert DEFAULT not in shared_by_them_alone(connection, {ANN, BOB})
