"""What columns are read from is kept: a statement is read again only where it could say something else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dmp.column_lineage import column_lineage
from dmp.settings import Home

SPENDING = """
-- A buyer's orders.
SELECT buyer AS user_key, sum(amount) AS spent, count(*) AS order_count FROM "warehouse"."raw"."orders"
WHERE landed_date = '2026-06-28' AND amount > 10 GROUP BY buyer
UNION ALL
SELECT user_key, spent, order_count FROM "warehouse"."profiles"."spending"
"""
ORDERS = "CREATE TABLE warehouse.raw.orders (buyer BIGINT, amount BIGINT, landed_date DATE)"
BEHIND = {"user_key": [["orders", "buyer"]], "spent": [["orders", "amount"]], "order_count": []}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose one statement adds what people spent; nothing was read before."""
    monkeypatch.setattr("dmp.column_lineage.KEPT", tmp_path / "column_lineage.json")
    folder = tmp_path / "dbt" / "compiled" / "models"
    folder.mkdir(parents=True)
    (folder / "spending.sql").write_text(SPENDING)
    return Home(tmp_path)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"""
        ATTACH ':memory:' AS warehouse; CREATE SCHEMA warehouse.raw; CREATE SCHEMA warehouse.profiles; {ORDERS};
        CREATE TABLE warehouse.profiles.spending (user_key BIGINT, spent BIGINT, order_count BIGINT)
    """)
    return connection


def reading_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        raise AssertionError("a statement is read")

    monkeypatch.setattr("dmp.lineage.Lineage.read", read)


def rewrite(home: Home, old: str, new: str) -> None:
    (path,) = home.root.rglob("spending.sql")
    path.write_text(path.read_text().replace(old, new))


def test_columns_lead_to_those_they_are_read_from_and_never_to_their_own_table(
    home: Home, connection: duckdb.DuckDBPyConnection
) -> None:
    assert column_lineage(home, connection, {"spending", "made by Python"}) == {"spending": BEHIND}


def test_other_days_and_numbers_are_no_other_statement(
    home: Home, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    column_lineage(home, connection, {"spending"})
    reading_is_an_error(monkeypatch)
    rewrite(home, "'2026-06-28' AND amount > 10", "'2026-06-29' AND amount > 2000")
    assert column_lineage(home, connection, {"spending"}) == {"spending": BEHIND}


def test_another_column_in_the_statement_is_seen(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    column_lineage(home, connection, {"spending"})
    rewrite(home, "sum(amount)", "max(landed_date)")
    assert column_lineage(home, connection, {"spending"})["spending"]["spent"] == [["orders", "landed_date"]]


def test_another_column_in_a_table_that_is_read_whole_is_seen(
    home: Home, connection: duckdb.DuckDBPyConnection
) -> None:
    rewrite(home, SPENDING, 'SELECT * FROM "warehouse"."raw"."orders"')
    before = column_lineage(home, connection, {"spending"})["spending"]
    connection.execute("ALTER TABLE warehouse.raw.orders ADD COLUMN note VARCHAR")
    assert column_lineage(home, connection, {"spending"})["spending"].keys() - before.keys() == {"note"}


def test_what_was_kept_and_is_damaged_is_read_anew(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    column_lineage(home, connection, {"spending"})
    (home.root / "column_lineage.json").write_text("{")
    assert column_lineage(home, connection, {"spending"}) == {"spending": BEHIND}


def test_a_statement_that_cannot_be_read_stops_no_run_and_is_tried_again(
    home: Home, connection: duckdb.DuckDBPyConnection
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        reading_is_an_error(patched)
        assert column_lineage(home, connection, {"spending"}) == {}
    assert column_lineage(home, connection, {"spending"}) == {"spending": BEHIND}
