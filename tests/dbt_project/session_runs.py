"""Sessions of events made by hand: runs of int_sessions with and without dbt, and what they must give.

dbt compiles the model once; then its statements run hundreds of times at no cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from dmp.cleaning.fitting import create_parameters
from dmp.landing.contract import load_contracts
from dmp.landing.tables import create_raw_tables
from dmp.settings import Home, Settings
from dmp.transformation import build

Batches = Sequence[Sequence[date]]
# Stands in the compiled statement for the first landed day of a run.
SOME_DAY = "0987-06-05"
OPEN_END = date(9999, 12, 31)
# What the model's hook and dbt's strategy delete+insert do.
FORGET = "DELETE FROM sessions WHERE known_from >= $first"
REOPEN = (
    f"UPDATE sessions SET known_to = DATE '{OPEN_END}' WHERE known_to BETWEEN $first AND DATE '9999-12-30'"
)
REPLACE = """
DELETE FROM sessions WHERE (thread_key, session_date) IN (SELECT (thread_key, session_date) FROM recut);
INSERT INTO sessions FROM recut;
"""
# What names a session first, then all else; known_from and known_to are the last columns.
READ = "SELECT first_event_id, started_at, ended_at, event_count, * FROM {} ORDER BY ALL"
LANDED = "landed_date = ANY ($1)"


@dataclass(frozen=True)
class SessionRuns:
    """The model's two statements, for an empty table and for one that grows, and the table that it reads."""

    home: Home
    facts: str
    whole: str
    grown: str

    @classmethod
    def compiled(cls, folder: Path) -> SessionRuns:
        """Let dbt build the model twice in a home without events, and keep what it compiled."""
        home = Home(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(home.warehouse)) as connection:
            create_raw_tables(connection, load_contracts())
            create_parameters(connection)
        compiled = folder / "dbt" / "compiled" / "dmp" / "models" / "intermediate" / "int_sessions.sql"
        statements = []
        for select in ("+int_sessions", "int_sessions"):
            build(select, home, Settings(), {"first_landed_date": SOME_DAY})
            statements.append(compiled.read_text(encoding="utf-8"))
        with duckdb.connect(str(home.warehouse)) as connection:
            facts = connection.execute(
                "SELECT sql FROM duckdb_tables() WHERE table_name = 'int_events'"
            ).fetchone()
        return cls(home, facts[0] if facts else "", *statements)

    def after(self, events: pd.DataFrame, batches: Batches) -> list[tuple]:
        """Return the table after a run for each of these batches of landed days."""
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'; ATTACH ':memory:' AS warehouse; USE warehouse")
            connection.execute(f"CREATE SCHEMA intermediate; {self.facts}")
            connection.register("given", events)
            for number, batch in enumerate(batches):
                first = min(batch)
                _land(connection, batch)
                if number == 0:
                    connection.execute(f"CREATE TABLE sessions AS {self.whole}")
                    continue
                connection.execute(FORGET, {"first": first})
                connection.execute(REOPEN, {"first": first})
                connection.execute(
                    f"CREATE OR REPLACE TEMP TABLE recut AS {self.grown.replace(SOME_DAY, str(first))}"
                )
                connection.execute(REPLACE)
            return connection.execute(READ.format("sessions")).fetchall()

    def after_dbt(self, events: pd.DataFrame, batches: Batches) -> list[tuple]:
        """Return the same from dbt's own runs."""
        for batch in batches:
            days = {"first_landed_date": str(min(batch)), "last_landed_date": str(max(batch))}
            with duckdb.connect(str(self.home.warehouse)) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                connection.register("given", events)
                _land(connection, batch)
            build("int_sessions", self.home, Settings(), days)
        with duckdb.connect(str(self.home.warehouse)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(READ.format("intermediate.int_sessions")).fetchall()


def as_known(rows: list[tuple], known_on: date) -> list[tuple]:
    """Return (first event, start, end, events) of each session as known on a day."""
    known = [row for row in rows if row[-2] <= known_on < row[-1]]
    return sorted(row[:4] for row in known)


def expected(events: pd.DataFrame, known_on: date) -> list[tuple]:
    """Return what `as_known` must, found by walking along each thread: the rule in as few words as Python has."""
    seen = events[
        (events["landed_date"] <= known_on) & ~events["is_bot"] & (events["event_type"] != "refund")
    ]
    thread = seen["session_id"].fillna(seen["visitor_key"].astype(str))
    sessions = []
    for name, walk in seen.sort_values(["event_at", "event_id"]).groupby(thread):
        session: list[Any] = []
        chain_began = before = None
        for event in walk.itertuples():
            is_pause = before is None or (
                event.event_date - before.event_date > timedelta(days=1)
                if str(name).startswith("s")
                else event.event_at - before.event_at > timedelta(minutes=30)
            )
            chain_began = event.event_date if is_pause else chain_began
            is_long = event.event_date - chain_began > timedelta(days=3)
            if is_pause or (is_long and event.event_date != before.event_date):
                session = []
                sessions.append(session)
            session.append(event)
            before = event
    return sorted(
        (session[0].event_id, session[0].event_at, session[-1].event_at, len(session)) for session in sessions
    )


def _land(connection: duckdb.DuckDBPyConnection, batch: Sequence[date]) -> None:
    connection.execute(f"DELETE FROM intermediate.int_events WHERE {LANDED}", [list(batch)])
    connection.execute(
        f"INSERT INTO intermediate.int_events BY NAME SELECT * FROM given WHERE {LANDED}", [list(batch)]
    )


def random_events(seed: int, days: int = 14, threads: int = 3, visits: int = 40) -> pd.DataFrame:
    """Return events of few devices over many days: late by up to all days, across midnights, some with own ids.

    Pauses are drawn around half an hour, so that what lands late joins and parts sessions.
    """
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2024-03-01", tz="UTC")
    seconds = rng.integers(0, days * 86_400, visits)
    chains = [second + np.cumsum(rng.integers(0, 2_400, rng.integers(1, 8))) for second in seconds]
    # One goes on for a week.
    chains[1] = seconds[1] // 3 + np.cumsum(rng.integers(300, 900, 800))
    second = np.concatenate(chains)
    visit = np.repeat(np.arange(visits), [len(chain) for chain in chains])
    second, visit = second[second < days * 86_400], visit[second < days * 86_400]
    size = len(second)
    event_at = start + pd.to_timedelta(second, unit="s")
    event_date = event_at.tz_localize(None).normalize()
    delay = np.where(rng.random(size) < 0.3, rng.integers(0, days, size), 0)
    last = start.tz_localize(None) + timedelta(days=days - 1)
    landed = np.minimum(event_date + pd.to_timedelta(delay, unit="D"), last)
    own = np.where(visit % 3 == 0, pd.Series(visit % 2).map("s{}".format), None)
    return pd.DataFrame(
        {
            "event_id": [f"e{number:05d}" for number in rng.permutation(size)],
            "source": "shop",
            "event_type": rng.choice(["view", "impression", "refund"], size, p=(0.6, 0.37, 0.03)),
            "event_at": event_at,
            "event_date": event_date.date,
            "landed_date": pd.DatetimeIndex(landed).date,
            "visitor_key": visit % threads,
            "identifier_key": 100 + visit % threads,
            "identifier_type": "anonymous",
            "login_key": pd.array(np.where(visit % 5 == 0, 200 + visit % 2, -1)).astype("Int64"),
            "session_id": own,
            "is_bot": rng.random(size) < 0.02,
            "is_idle": False,
        }
    )
