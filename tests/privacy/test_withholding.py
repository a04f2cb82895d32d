"""Which rows leave for readers."""

from __future__ import annotations

import duckdb
import pytest

from dmp.privacy.purposes import TablePurposes
from dmp.privacy.withholding import readable_rows


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """A table with a row of Ann, who consents, one of Bob, who does not, and one of nobody."""
    connection = duckdb.connect()
    connection.execute(
        """
        ATTACH ':memory:' AS warehouse; CREATE SCHEMA warehouse.profiles; CREATE SCHEMA warehouse.predictions;
        CREATE TABLE warehouse.profiles.user_consents AS
        SELECT * FROM (VALUES (1, true), (2, false)) AS v (user_key, is_consented_analytics);
        CREATE TABLE warehouse.predictions.scores AS
        SELECT * FROM (VALUES (1, 'ann'), (2, 'bob'), (NULL, 'visit 7')) AS v (user_key, subject_id);
        """
    )
    return connection


@pytest.mark.parametrize(("has_rows_of_nobody", "read"), [(True, ["ann", "visit 7"]), (False, ["ann"])])
def test_rows_of_nobody_leave_only_where_a_table_says_that_it_has_them(
    connection: duckdb.DuckDBPyConnection, has_rows_of_nobody: bool, read: list[str]
) -> None:
    purposes = TablePurposes("analytics", has_rows_of_nobody=has_rows_of_nobody)
    columns = {"subject_id": 'facts."subject_id"'}
    rows = connection.execute(readable_rows("warehouse.predictions.scores", columns, purposes)).fetchall()
    assert sorted(row[0] for row in rows) == read
