"""Sessions in any order of days, and bots against the ledger.

Run: python -m benchmarks.proofs.sessions
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from dmp.cleaning.fitting import create_parameters
from dmp.landing.contract import load_contracts
from dmp.landing.identifiers import identifier_key
from dmp.landing.loading import load_landed_days
from dmp.landing.tables import create_raw_tables
from dmp.settings import PROJECT, Home, Settings
from dmp.transformation import build
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

sys.path.append(str(PROJECT / "tests" / "dbt_project"))
from session_runs import SessionRuns, random_events

ORDERS = 20
# Visitors' dates by truth and by rules; `without` leaves out what the user agent says.
JUDGED = """
SELECT
    coalesce(truth.is_bot, false) AS is_bot,
    coalesce(bool_or(flags.kind = 'bot'), false) AS is_flagged,
    coalesce(bool_or(flags.kind = 'bot' AND flags.rule_id <> 'bot_user_agent'), false) AS is_flagged_by_pace
FROM (SELECT DISTINCT visitor_key, event_date FROM intermediate.int_events WHERE device_key IS NOT NULL) AS days
LEFT JOIN truth USING (visitor_key)
LEFT JOIN intermediate.int_bot_flags AS flags USING (visitor_key, event_date)
GROUP BY days.visitor_key, days.event_date, truth.is_bot
"""
DEVICES = """
SELECT identifier, bool_or(is_bot) FROM read_parquet($identities) JOIN read_parquet($people) USING (person_id)
WHERE identifier_type = 'device' GROUP BY identifier
"""


def _row(name: str, metric: str, value: Any, goal: Any, is_reached: bool) -> dict[str, Any]:
    return {
        "name": name, "metric": metric, "value": value, "peer": None, "goal": goal, "reached": is_reached,
    }  # fmt: skip


@contextmanager
def _built(home: Home, source: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Load a source's landing and build its intermediate facts, without the rest of the flow."""
    contracts = load_contracts()
    with duckdb.connect(str(home.warehouse)) as connection:
        create_raw_tables(connection, contracts)
        create_parameters(connection)
        load_landed_days(
            connection, home.vault, home.landing, contracts[source], first=date.min, last=date.max, key=home.key()
        )  # fmt: skip
    build("+int_sessions", home, Settings(), {})
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def orders(folder: Path) -> Iterator[dict[str, Any]]:
    """Let the same 14 landed days arrive in 20 orders: a day that comes after later ones runs from there on."""
    runs = SessionRuns.compiled(folder)
    events = random_events(0)
    days = sorted(set(events["landed_date"]))
    expected = runs.after(events, [days])
    equal = 0
    for seed in range(ORDERS):
        arrivals = np.random.default_rng(seed).permutation(len(days))
        batches = []
        for number, arrival in enumerate(arrivals):
            here = sorted(days[other] for other in arrivals[: number + 1])
            batches.append([day for day in here if number == 0 or day >= days[arrival]])
        equal += runs.after(events, batches) == expected
    late = int((events["event_date"] < events["landed_date"]).sum())
    yield _row(
        "sessions", f"orders of arrival of {len(days)} days ({len(events)} events, {late} late) with equal rows",
        f"{equal} of {ORDERS}", f"{ORDERS} of {ORDERS}", equal == ORDERS,
    )  # fmt: skip


def bots(folder: Path) -> Iterator[dict[str, Any]]:
    """Compare flagged visitor dates of a shop with a bot for every ten people with the ledger."""
    home = Home.at(folder)
    dirt = dataclasses.replace(Dirt.light(), bots=100.0)
    write_world(home.landing, home.truth, people=200, days=60, seed=7, dirt=dirt)
    with _built(home, "shop") as connection:
        files = {name: str(home.truth / f"{name}.parquet") for name in ("identities", "people")}
        devices = connection.execute(DEVICES, files).fetchall()
        truth = [(identifier_key(home.key(), "shop_device", device), is_bot) for device, is_bot in devices]
        connection.execute("CREATE TEMP TABLE truth (visitor_key BIGINT, is_bot BOOLEAN)")
        connection.executemany("INSERT INTO truth VALUES (?, ?)", truth)
        judged = connection.execute(JUDGED).fetchall()
    for rules, column in (("all rules", 1), ("without the user agent", 2)):
        hits = sum(row[0] and row[column] for row in judged)
        flagged, real = sum(row[column] for row in judged), sum(row[0] for row in judged)
        for metric, value in (("precision", hits / max(flagged, 1)), ("recall", hits / max(real, 1))):
            yield _row(
                "bots", f"{metric} of visitor dates, {rules} ({real} of bots)", value, 0.95, value >= 0.95
            )


def rows() -> list[dict[str, Any]]:
    """Return every figure; needs about three minutes."""
    with tempfile.TemporaryDirectory() as folder:
        return [*orders(Path(folder) / "orders"), *bots(Path(folder) / "bots")]


if __name__ == "__main__":
    for row in rows():
        print(json.dumps(row, default=str))
