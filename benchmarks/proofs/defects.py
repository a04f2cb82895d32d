"""Defects put into the tables of a run one by one: the gate of the table is red, and the published bytes stay.

    python -m benchmarks.proofs.defects [--only int_events]

Each is a whole run of one more landed day on a copy of one warm home. A table is spoiled after its stage wrote it and
before its gate looks, as a mistake in that stage would do.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.breaking import command, warm_up
from benchmarks.comparing import copied
from benchmarks.proofs.kills import next_day_flow
from dmp.defs import quality
from dmp.quality import suites
from dmp.settings import Home

# Table, what went wrong, and the SQL that does it to one row.
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
    # A shop of sixty people has no metrics of its own.
    (
        "prediction_metrics",
        "a model with a negative error",
        "BY NAME SELECT 'churn_90d' AS target, 'log_loss' AS metric, current_date AS test_cut, -1 AS value",
    ),
)
ONE = "WHERE rowid = (SELECT min(rowid) FROM {table})"


def rows(only: str | None = None) -> list[dict[str, Any]]:
    """Return one row per defect: which gates were red, and whether the published bytes are the same."""
    return [*found_red(only)]


def found_red(only: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows as the runs end."""
    warm_up()
    with tempfile.TemporaryDirectory() as name:
        flow = next_day_flow(Path(name), people=60, days=40)
        before = published_bytes(flow.before)
        for defect in DEFECTS:
            if only in (None, defect[0]):
                yield _tried(defect, copied(flow.before, Path(name) / "spoiled"), before)


def _tried(defect: tuple[str, str, str], home: Home, before: dict[str, str]) -> dict[str, Any]:
    table, what, change = defect
    with _spoiling(table, _statement(f"{suites()[table]['schema']}.{table}", change)):
        ended = command("run", home=home)
    gates = sorted(set(re.findall(r"(\w+): expectations", ended.output)))
    is_same = published_bytes(home) == before
    return {
        "name": f"{table}: {what}",
        "metric": "exit code, red gates, published bytes",
        "value": f"{ended.code}, {' '.join(gates)}, {'same' if is_same else 'CHANGED'}",
        "peer": None,
        "goal": f"1, {table}, same",
        "reached": ended.code == 1 and gates == [table] and is_same,
    }


@contextmanager
def _spoiling(table: str, statement: str) -> Iterator[None]:
    """Let runs that are started from here spoil a table just before its gate looks."""
    validate: Callable[..., Any] = quality.validate

    def spoiled(connection: duckdb.DuckDBPyConnection, name: str, suite: dict[str, Any]) -> Any:
        if name == table:
            (changed,) = connection.execute(statement).fetchone() or (0,)
            if not changed:
                raise ValueError(f"nothing to spoil in {table}")
        return validate(connection, name, suite)

    quality.validate = spoiled
    try:
        yield
    finally:
        quality.validate = validate


def published_bytes(home: Home) -> dict[str, str]:
    """Return the current build, and the SHA-256 of every file of every build."""
    files = {
        str(path.relative_to(home.builds)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.builds.rglob("*"))
        if path.is_file()
    }
    return {"published": str(home.published.readlink()), **files}


def _statement(table: str, change: str) -> str:
    one = ONE.format(table=table)
    if change == "DELETE":
        return f"DELETE FROM {table}"
    if change == "INSERT":
        return f"INSERT INTO {table} SELECT * FROM {table} {one}"
    if change.startswith("BY NAME"):
        return f"INSERT INTO {table} {change}"
    return f"UPDATE {table} {change} {one}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", help="the table to spoil")
    for line in found_red(parser.parse_args().only):
        print(json.dumps(line), flush=True)
