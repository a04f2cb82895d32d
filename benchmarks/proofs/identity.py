"""Who is who, against the built-in world's ledger: pairwise precision and recall, caps, undo, batches.

    python -m benchmarks.proofs.identity [--people 2000] [--days 300] [--seed 7]

Population: every event and order of the world's people (no bots), each under the identifier that it counts for (its
login, else its browser) and its date. Two events are a true pair if one person did both, a found pair if profiles, as
known now, give both to one person; whose they are is asked of the join that profiles use. "one person's browsers"
leaves out browsers that several people used, "shared browsers" are the found and true pairs with at least one event on
such a browser, "people with a login" are the true pairs of people who logged in at least once: nothing in the logs says
of the others which browsers are theirs. "best" is what a map would reach that is told who did each event on a browser
with several logins.
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
from dmp.identity.deciding import land, propose_merge, propose_split, propose_undo
from dmp.identity.people import update_people
from dmp.landing.identifiers import identifier_key
from dmp.pending import pending_days
from dmp.published import published
from dmp.settings import Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

# Rows of the ledger that a login on the browser already accounts for are that login's events.
FACTS = """
CREATE TABLE facts AS
WITH used AS (
    SELECT identifier_type, identifier_key, person_id, event_date, identity_days.row_count, is_shared
    FROM identity_days
    JOIN identities USING (identifier_type, identifier, person_id)
    JOIN truth USING (identifier_type, identifier)
    WHERE person_id NOT IN (SELECT person_id FROM people WHERE is_bot) AND identifier_type IN ('login', 'anonymous')
),
logged_in AS (
    SELECT other_identifier_key AS identifier_key, person_id, links.event_date, sum(evidence_count) AS row_count
    FROM warehouse.intermediate.int_identity_links AS links
    JOIN (SELECT DISTINCT identifier_key, person_id FROM used WHERE identifier_type = 'login') USING (identifier_key)
    WHERE links.identifier_type = 'login' AND links.other_identifier_type = 'anonymous'
    GROUP BY ALL
)
SELECT
    used.* EXCLUDE (row_count),
    -- As known now, everything has landed.
    event_date AS landed_date,
    greatest(used.row_count - coalesce(logged_in.row_count, 0), 0)::BIGINT AS event_count,
    identifier_key IN (
        SELECT identifier_key FROM warehouse.profiles.identity_quarantine
        WHERE rule IN ('shared_browser', 'borrowed_browser')
    ) AS has_several_logins,
    person_id IN (SELECT person_id FROM used WHERE identifier_type = 'login') AS has_login
FROM used
LEFT JOIN logged_in USING (identifier_key, person_id, event_date)
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
    """Return events by identifier, date and person who did them, with the user that profiles give them to."""
    (compiled,) = (home.root / "dbt" / "compiled").rglob("user_activity.sql")
    facts_of_people = compiled.read_text(encoding="utf-8").replace(
        '"warehouse"."intermediate"."int_activity_daily"', "facts"
    )
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{home.warehouse}' AS warehouse (READ_ONLY)")
        for name in ("identities", "identity_days", "people"):
            connection.execute(f"CREATE VIEW {name} AS FROM '{home.truth / f'{name}.parquet'}'")
        named = connection.execute("SELECT DISTINCT identifier_type, identifier FROM identities").df()
        key = home.key()
        named["identifier_key"] = [
            identifier_key(key, f"shop_{kind}", text)
            for kind, text in zip(named["identifier_type"], named["identifier"], strict=True)
        ]
        connection.register("truth", named)
        connection.execute(FACTS)
        return connection.execute(f"FROM ({facts_of_people}) WHERE known_to = DATE '9999-12-31'").df()


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


def told(events: pd.DataFrame) -> pd.DataFrame:
    """Return events with those on browsers of several logins given to whoever did them."""
    main = events.sort_values("event_count").groupby("person_id")["user_key"].last()
    users = events["user_key"].mask(events["has_several_logins"], events["person_id"].map(main))
    return events.assign(user_key=users)


def precision_and_recall(home: Home) -> list[dict[str, Any]]:
    """Return the scores of all pairs, of those without traps and of the traps alone."""
    events = events_of(home)
    alone = events[~events["is_shared"]]
    logins = events[events["identifier_type"] == "login"].groupby("user_key")["person_id"].nunique()
    [_, recall] = scores("pairs of events, people with a login", events[events["has_login"]], goals=True)
    return [
        *scores("pairs of events, one person's browsers", alone, goals=True),
        *scores("pairs of events, all", events, goals=True),
        recall,
        *scores("pairs of events, shared browsers", events, alone),
        *scores("pairs of events, all, best", told(events)),
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


# Two people to be joined, and a person with a browser that is taken away.
CANDIDATES = """
SELECT user_id, min(identifier_id) FILTER (identifier_type = 'anonymous' AND identifier_id <> user_id) AS browser_id
FROM identity_map GROUP BY user_id
HAVING count(*) FILTER (identifier_type = 'login') = 1 AND browser_id IS NOT NULL
ORDER BY user_id LIMIT 3
"""


def undo(home: Home) -> list[dict[str, Any]]:
    """Merge two people, split a third, take both back, and compare every cell of every table of profiles."""
    skipped = ("identity_decisions",)
    before = cells(home.warehouse, "profiles", skipped)
    with published(home) as build:
        one, other, third = build.rows("identity_map", CANDIDATES)
    land(home, merge := propose_merge(home, one["user_id"], other["user_id"], "a trial"))
    land(home, split := propose_split(home, third["browser_id"], third["user_id"], "a trial"))
    changed = cells(ran(home).warehouse, "profiles", skipped) != before
    for decision in (merge, split):
        land(home, propose_undo(home, decision.decision_id, "the trial is over"))
    same = cells(ran(home).warehouse, "profiles", skipped) == before
    return [row("merge, split and undo", "profile tables equal", same and changed, True, same and changed)]


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


def rows(people: int = 2000, days: int = 300, seed: int = 7) -> list[dict[str, Any]]:
    """Return every fact of this part."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(Path(folder) / "home")
        write_world(home.landing, home.truth, people=people, days=days, seed=seed, dirt=Dirt.light())
        ran(home)
        return [*precision_and_recall(home), *caps(home), *batches(home, Path(folder)), *undo(home)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--days", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    for fact in rows(**vars(parser.parse_args())):
        print(json.dumps(fact, default=str))
