"""What a column is made of is read from the SQL that made it, back to the landed records."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dmp.lineage import Lineage, Place
from dmp.settings import Home
from dmp.tables_note import note_tables

STATEMENTS = {
    "int_orders": "SELECT buyer, amount * 2 AS amount, true AS is_paid FROM raw.shop__orders",
    "user_spending": """
        WITH orders AS (SELECT buyer AS user_key, amount FROM intermediate.int_orders WHERE is_paid)
        SELECT user_key, sum(amount) AS spent, count(*) AS order_count FROM orders GROUP BY user_key
        UNION ALL BY NAME
        SELECT user_key, spent, order_count FROM profiles.user_spending
    """,
}


@pytest.fixture
def lineage(tmp_path: Path) -> Lineage:
    """An order table, what people spent (which is added to), and scores that Python makes of it."""
    home = Home(tmp_path)
    folder = tmp_path / "dbt" / "compiled" / "models"
    folder.mkdir(parents=True)
    for name, statement in STATEMENTS.items():
        (folder / f"{name}.sql").write_text(statement)
    with duckdb.connect() as connection:
        connection.execute("""
            CREATE SCHEMA raw; CREATE SCHEMA intermediate; CREATE SCHEMA profiles; CREATE SCHEMA predictions;
            CREATE TABLE raw.shop__orders (buyer BIGINT, amount DECIMAL(18, 4), note VARCHAR);
            CREATE TABLE intermediate.int_orders (buyer BIGINT, amount DECIMAL(18, 4), is_paid BOOLEAN);
            CREATE TABLE profiles.user_spending (user_key BIGINT, spent DECIMAL(18, 4), order_count BIGINT);
            CREATE TABLE predictions.scores (user_key BIGINT, score DOUBLE);
        """)
        note_tables(home, connection, {"scores": ["user_spending", "a table that is not there"]})
    return Lineage(home)


def steps(lineage: Lineage, table: str, column: str) -> list[tuple[str, str]]:
    return [(str(source), str(made)) for source, made in lineage.edges(table, column)]


def test_a_column_leads_through_its_statements_to_the_landed_records(lineage: Lineage) -> None:
    assert steps(lineage, "user_spending", "spent") == [
        ("intermediate.int_orders.amount", "profiles.user_spending.spent"),
        ("raw.shop__orders.amount", "intermediate.int_orders.amount"),
    ]


def test_what_no_column_makes_or_python_makes_leads_to_whole_tables(lineage: Lineage) -> None:
    assert steps(lineage, "scores", "score") == [("profiles.user_spending", "predictions.scores.score")]
    assert ("raw.shop__orders", "intermediate.int_orders.is_paid") in steps(lineage, "int_orders", "is_paid")


def test_of_a_table_that_is_not_there_nothing_is_said(lineage: Lineage) -> None:
    assert lineage.edges("nothing", "spent") == []


def test_every_statement_of_a_run_is_read_and_counts_lead_to_the_log(shop_home: Home) -> None:
    lineage = Lineage(shop_home)
    unread = [name for name in lineage.statements if lineage.tree(name) is None]
    assert unread == []
    behind = {source.table for source, _ in lineage.edges("user_profiles", "purchase_amount_90d")}
    assert {
        "profiles.user_metrics",
        "profiles.user_days",
        "intermediate.int_events",
        "raw.shop__orders",
    } <= behind
    assert Place("raw.shop__orders", "lines") in {
        source for source, _ in lineage.edges("int_orders", "purchase_amount")
    }
