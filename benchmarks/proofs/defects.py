"""Defects put into the tables of a good home one by one: each makes the gate of its table red.

    python -m benchmarks.proofs.defects WAREHOUSE

Works on a copy. What a red gate stops, and that the published bytes stay, is in tests/test_gates.py.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from dmp.quality import suites, validate

# Table, what went wrong, and the SQL that does it.
DEFECTS = (
    ("landed_files", "a line went missing", "SET physical_line_count = physical_line_count + 1"),
    ("landed_files", "a record was counted twice", "SET accepted_count = accepted_count + 1"),
    ("landed_files", "a refused file without a reason", "SET is_refused = true"),
    ("landed_files", "two accounts of one file", "INSERT"),
    ("shop__events", "no event type", "SET event_type = NULL"),
    ("shop__events", "no time", "SET occurred_at = NULL"),
    ("shop__events", "a line that no file has", "SET source_line = 0"),
    ("int_events", "a negative amount", "SET amount = -1"),
    ("int_events", "a rating of 9", "SET rating = 9"),
    ("int_events", "an unknown type of identifier", "SET identifier_type = 'shoe size'"),
    ("int_events", "no landed day", "SET landed_date = NULL"),
    ("int_orders", "a negative order", "SET purchase_amount = -5"),
    ("int_orders", "an order of nobody's source", "SET source = NULL"),
    ("identity_map", "an identifier of two people", "INSERT"),
    ("identity_map", "an identifier of nobody", "SET user_key = NULL"),
    ("user_metrics", "a person twice", "INSERT"),
    ("user_metrics", "a cut that saw its future", "SET recency_days = -3"),
    ("user_metrics", "a window with more than all of life", "SET order_count_90d = order_count_life + 1"),
    ("user_profiles", "everybody lost", "DELETE"),
    ("user_profiles", "a person of 300 years", "SET age = 300"),
    ("user_profiles", "a person twice", "INSERT"),
    ("user_predictions", "a score above 1", "SET score = 1.5"),
    ("user_predictions", "a person scored twice", "INSERT"),
    ("recommendations", "an item listed twice", "INSERT"),
    ("recommendations", "an item without a reason", "SET reason = NULL"),
    ("prediction_metrics", "a model with a negative error", "SET value = -1"),
)
ONE = "WHERE rowid = (SELECT min(rowid) FROM {table})"


def rows(warehouse: Path) -> list[dict[str, Any]]:
    """Put each defect into a copy of the warehouse, ask the gate, and take it out again."""
    found = suites()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "warehouse.duckdb"
        shutil.copyfile(warehouse, copy)
        for name, what, change in DEFECTS:
            table = f"{found[name]['schema']}.{name}"
            _execute(copy, f"CREATE TABLE kept AS FROM {table}")
            _execute(copy, _statement(table, change))
            broken = [result for result in validate(copy, name, found[name]) if not result.is_met]
            _execute(copy, f"DELETE FROM {table}", f"INSERT INTO {table} FROM kept", "DROP TABLE kept")
            results.append(
                {
                    "name": f"{name}: {what}",
                    "metric": "expectations broken",
                    "value": len(broken),
                    "peer": None,
                    "goal": 1,
                    "reached": len(broken) >= 1,
                }
            )
    return results


def _statement(table: str, change: str) -> str:
    one = ONE.format(table=table)
    if change == "DELETE":
        return f"DELETE FROM {table}"
    if change == "INSERT":
        return f"INSERT INTO {table} SELECT * FROM {table} {one}"
    return f"UPDATE {table} {change} {one}"


def _execute(warehouse: Path, *statements: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warehouse", type=Path, help="warehouse.duckdb of a home that was run")
    for line in rows(parser.parse_args().warehouse):
        print(json.dumps(line))
