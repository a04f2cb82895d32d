"""Who is who, against the built-in world's ledger: pairwise precision and recall, caps, undo, batches.

    python -m benchmarks.proofs.identity [--people 2000] [--days 300]

Population: every event and order of the world's people (no bots), each under the identifier that it counts for: its
login, else its browser. Two events are a true pair if one person did both, a found pair if the map as known now gives
both to one person. "one person's browsers" leaves out browsers that several people used, "shared browsers" are the
found and true pairs with at least one event on such a browser. "best" gives each browser whole to who used it most:
no map from browsers to people does better, so what it misses is out of reach for any.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Hashable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dmp.defs.running import run_pending
from dmp.identity.deciding import land, propose_merge, propose_undo
from dmp.identity.people import update_people
from dmp.landing.identifiers import identifier_key
from dmp.pending import pending_days
from dmp.published import published
from dmp.settings import Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

# Rows of the ledger that a login on the browser already accounts for are that login's events.
EVENTS = """
WITH used AS (
    SELECT identifier_type, identifier_key, person_id, row_count, is_shared
    FROM ledger JOIN truth USING (identifier_type, identifier)
    WHERE person_id NOT IN (SELECT person_id FROM people WHERE is_bot) AND identifier_type IN ('login', 'anonymous')
),
logged_in AS (
    SELECT other_identifier_key AS identifier_key, person_id, sum(evidence_count) AS row_count
    FROM warehouse.intermediate.int_identity_links AS links
    JOIN used ON used.identifier_key = links.identifier_key AND used.identifier_type = 'login'
    WHERE links.identifier_type = 'login' AND links.other_identifier_type = 'anonymous'
    GROUP BY ALL
)
SELECT
    used.identifier_type, used.identifier_key, person_id, is_shared,
    greatest(used.row_count - coalesce(logged_in.row_count, 0), 0)::BIGINT AS event_count,
    coalesce(map.user_key, used.identifier_key) AS user_key
FROM used
LEFT JOIN logged_in USING (identifier_key, person_id)
LEFT JOIN warehouse.profiles.identity_map AS map ON map.identifier_key = used.identifier_key
WHERE event_count > 0
"""


def row(name: str, metric: str, value: Any, goal: Any = None, reached: bool | None = None) -> dict[str, Any]:
    """Return one line of the facts; no other system was run on this."""
    return {"name": name, "metric": metric, "value": value, "peer": None, "goal": goal, "reached": reached}


def ran(home: Home) -> Home:
    """Run what is pending in a home."""
    pending = pending_days(home)
    if pending and not (outcome := run_pending(home, pending, lambda step: None)).is_success:
        raise RuntimeError(outcome.error)
    return home


def events_of(home: Home) -> pd.DataFrame:
    """Return events by identifier and person who did them: event_count, is_shared, and the user of the map."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{home.warehouse}' AS warehouse (READ_ONLY)")
        for name in ("identities", "people"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{home.truth / f'{name}.parquet'}'")
        connection.execute("CREATE VIEW ledger AS FROM identities")
        named = connection.execute("SELECT DISTINCT identifier_type, identifier FROM identities").df()
        key = home.key()
        named["identifier_key"] = [
            identifier_key(key, f"shop_{kind}", text)
            for kind, text in zip(named["identifier_type"], named["identifier"], strict=True)
        ]
        connection.register("truth", named)
        return connection.execute(EVENTS).df()


def pairs(events: pd.DataFrame, *columns: str) -> int:
    """Return how many pairs of events agree in some columns."""
    counts = events.groupby(list(columns))["event_count"].sum()
    return sum(int(count) * (int(count) - 1) // 2 for count in counts)


def scores(
    name: str, events: pd.DataFrame, less: pd.DataFrame | None = None, goals: bool = False
) -> list[dict[str, Any]]:
    """Return precision and recall over pairs of events, without the pairs within `less`."""

    def counted(*columns: str) -> int:
        return pairs(events, *columns) - (pairs(less, *columns) if less is not None else 0)

    both, found, true = counted("person_id", "user_key"), counted("user_key"), counted("person_id")
    return [
        row(name, metric, round(value, 4), goal if goals else None, value >= goal if goals else None)
        for metric, value, goal in (("precision", both / found, 0.99), ("recall", both / true, 0.95))
    ]


def precision_and_recall(home: Home) -> list[dict[str, Any]]:
    """Return the scores of all pairs, of those without traps and of the traps alone."""
    events = events_of(home)
    alone = events[~events["is_shared"]]
    best = events.sort_values("event_count").groupby("identifier_key")["person_id"].last()
    ideal = events.assign(user_key=events["identifier_key"].map(best))
    logins = events[events["identifier_type"] == "login"].groupby("user_key")["person_id"].nunique()
    return [
        *scores("pairs of events, one person's browsers", alone, goals=True),
        *scores("pairs of events, all", events, goals=True),
        *scores("pairs of events, shared browsers", events, alone),
        *scores("pairs of events, all, best by browser", ideal),
        row(
            "people with logins of several people",
            "count",
            int((logins > 1).sum()),
            0,
            bool((logins <= 1).all()),
        ),
    ]


def caps(home: Home) -> list[dict[str, Any]]:
    """Return how many identifiers each rule holds back."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        found = connection.execute(
            "SELECT rule, count(*) FROM profiles.identity_quarantine GROUP BY rule ORDER BY rule"
        ).fetchall()
    return [row(f"rule {rule}", "identifiers held back", count) for rule, count in found]


def cells(warehouse: Path, schema: str, skipped: Iterable[str] = ()) -> dict[str, list[Hashable]]:
    """Return every row of every table of a schema."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = ? ORDER BY ALL", [schema]
        ).fetchall()
        return {
            name: connection.execute(f'FROM {schema}."{name}" ORDER BY ALL').fetchall()
            for (name,) in names
            if name not in skipped
        }


def undo(home: Home) -> list[dict[str, Any]]:
    """Merge two people, take it back, and compare every cell of every table of profiles."""
    skipped = ("identity_decisions",)
    before = cells(home.warehouse, "profiles", skipped)
    with published(home) as build:
        people = build.rows("user_profiles", "SELECT user_id FROM user_profiles ORDER BY user_id LIMIT 2")
    ones = [person["user_id"] for person in people]
    land(home, merge := propose_merge(home, *ones, "a trial"))
    changed = cells(ran(home).warehouse, "profiles", skipped) != before
    land(home, propose_undo(home, merge.decision_id, "the trial is over"))
    same = cells(ran(home).warehouse, "profiles", skipped) == before
    return [row("merge and undo", "profile tables equal", same and changed, True, same and changed)]


def batches(home: Home, folder: Path) -> list[dict[str, Any]]:
    """Fold the days one by one into an empty map and compare it with that of one run."""
    copy = folder / "days.duckdb"
    shutil.copy(home.warehouse, copy)

    def maps(opened: duckdb.DuckDBPyConnection) -> list[tuple]:
        return [
            *opened.execute("FROM profiles.identity_map_history ORDER BY ALL").fetchall(),
            *opened.execute("FROM profiles.identity_quarantine ORDER BY ALL").fetchall(),
        ]

    with duckdb.connect(str(copy)) as connection:
        expected = maps(connection)
        first, last = connection.execute(
            "SELECT min(landed_date), max(landed_date) FROM intermediate.int_identifiers"
        ).fetchall()[0]
        connection.execute(
            "DELETE FROM profiles.identity_map_history; DELETE FROM profiles.identity_quarantine"
        )
        days: list[date] = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        touched = [update_people(connection, day, day)["identifiers_touched"] for day in days]
        same = maps(connection) == expected
    return [
        row(f"{len(days)} days one by one", "map and history equal", same, True, same),
        row("identifiers looked at by a day", "median", sorted(touched)[len(touched) // 2]),
    ]


def rows(people: int = 2000, days: int = 300) -> list[dict[str, Any]]:
    """Return every fact of this part."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(Path(folder) / "home")
        write_world(home.landing, home.truth, people=people, days=days, seed=7, dirt=Dirt.light())
        ran(home)
        return [*precision_and_recall(home), *caps(home), *batches(home, Path(folder)), *undo(home)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--days", type=int, default=300)
    for fact in rows(**vars(parser.parse_args())):
        print(json.dumps(fact, default=str))
