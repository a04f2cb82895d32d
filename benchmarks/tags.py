"""Tags and lifecycle stages against the built-in world's ledger, beside simple baselines.

    python -m benchmarks.tags [--people 2000] [--days 300] [--json]

Tastes: of up to five taste tags of a person (four categories, one brand), the share that the ledger lists among the
person's tastes; the mean over people with a tag. Population: people with a login. Baselines: everybody likes the five
values most met in the shop; the strongest interests of now (`user_interests`) instead of tastes.

Lifecycle: the share of (person, Sunday) whose stage in `user_lifecycle` is the one that follows from the ledger's
signals of that person, whoever the logs say it was, found by walking along the days. Population: people with a login,
Sundays from their first signal on. Baseline: everybody is in the stage that is most frequent on that Sunday.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from dmp.defs.running import run_pending
from dmp.landing.identifiers import identifier_key
from dmp.pending import pending_days
from dmp.settings import Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

SIGNAL_DAYS = 90
LIKED = """
CREATE TEMP VIEW liked AS
SELECT user_key, 'category' AS kind, list_last(string_split(unnest(taste_categories), ' > ')) AS value FROM people
UNION ALL SELECT user_key, 'brand', taste_brand FROM people
"""
TAGGED = """
SELECT user_key, replace(tag_id, 'favourite_', '') AS kind, tag_value AS value FROM profiles.user_tags
WHERE tag_id IN ('favourite_category', 'favourite_brand')
"""
INTERESTS = """
SELECT user_key, kind, value FROM profiles.user_interests
WHERE interest_rank <= CASE kind WHEN 'category' THEN 4 WHEN 'brand' THEN 1 END
"""
MOST_MET = """
SELECT user_key, most.kind, most.value FROM people CROSS JOIN (
    SELECT kind, value FROM profiles.user_interests WHERE kind IN ('category', 'brand') GROUP BY kind, value
    QUALIFY row_number() OVER (PARTITION BY kind ORDER BY sum(evidence_weight) DESC, value)
        <= CASE kind WHEN 'category' THEN 4 ELSE 1 END
) AS most
"""
PRECISION = """
SELECT avg(precision), count(*) FROM (
    SELECT user_key, avg((liked.value IS NOT NULL)::INTEGER) AS precision
    FROM ({tags}) AS tagged
    SEMI JOIN people USING (user_key)
    LEFT JOIN liked USING (user_key, kind, value)
    GROUP BY user_key
)
"""
STAGES = """
SELECT people.person_id, cuts.as_of_date, lifecycle_stage
FROM people
JOIN profiles.user_lifecycle USING (user_key)
JOIN intermediate.int_cuts AS cuts
    ON cuts.is_weekly AND as_of_date >= entered_on AND (left_on IS NULL OR as_of_date < left_on)
"""


def row(name: str, metric: str, value: Any, goal: Any = None, peer: str | None = None) -> dict[str, Any]:
    """Return one line of the figures."""
    reached = None if goal is None else bool(value >= goal)
    return {"name": name, "metric": metric, "value": value, "peer": peer, "goal": goal, "reached": reached}


def opened(home: Home) -> duckdb.DuckDBPyConnection:
    """Open the warehouse, with the ledger's people who have a login and a profile, and what they like."""
    connection = duckdb.connect(str(home.warehouse), read_only=True)
    people = connection.execute(
        f"SELECT person_id, user_id, taste_categories, taste_brand FROM '{home.truth / 'people.parquet'}' "
        "WHERE user_id IS NOT NULL"
    ).df()
    people["identifier_key"] = [
        identifier_key(home.key(), "shop_login", login) for login in people["user_id"]
    ]
    connection.register("with_login", people)
    connection.execute(
        "CREATE TEMP TABLE people AS SELECT with_login.* EXCLUDE (user_id), user_key "
        "FROM with_login JOIN profiles.identity_map USING (identifier_key)"
    )
    connection.execute(LIKED)
    return connection


def tastes(connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """Yield the precision of taste tags and of the baselines."""
    named = {None: TAGGED, "the five values most met": MOST_MET, "interests of now": INTERESTS}
    for peer, tags in named.items():
        found = connection.execute(PRECISION.format(tags=tags)).fetchone() or (0, 0)
        yield row("taste tags", "precision at 5", round(found[0], 4), None if peer else 0.8, peer)
        yield row("taste tags", "people with a tag", found[1], peer=peer)
    everybody = connection.execute("SELECT count(*) FROM people").fetchone() or (0,)
    yield row("taste tags", "people with a login", everybody[0])


def stages_of(signals: dict[date, set[str]], last: date) -> Iterator[tuple[date, str]]:
    """Yield the stage on every day from the first signal on, by the words of the playbook."""
    latest: dict[str, date] = {}
    day = min(signals)
    while day <= last:
        latest |= dict.fromkeys(signals.get(day, ()), day)
        counts = {name for name, when in latest.items() if (day - when).days < SIGNAL_DAYS}
        if "order" not in latest:
            stage = "activate" if "intent" in counts else "acquire"
        elif "order" in counts:
            stage = "refer" if "recommendation" in counts else "grow"
        else:
            stage = "retain"
        yield day, stage
        day += timedelta(days=1)


def lifecycle(connection: duckdb.DuckDBPyConnection, truth: Path) -> Iterator[dict[str, Any]]:
    """Yield the accuracy of stages, for all and for each stage of the ledger, and that of the baseline."""
    found = {(person, day): stage for person, day, stage in connection.execute(STAGES).fetchall()}
    sundays = {day for _, day in found}
    signals: dict[str, dict[date, set[str]]] = {}
    for person, day, signal in connection.execute(
        f"SELECT person_id, date, signal FROM '{truth / 'signals.parquet'}' SEMI JOIN people USING (person_id)"
    ).fetchall():
        signals.setdefault(person, {}).setdefault(day, set()).add(signal)
    true = {
        (person, day): stage
        for person, own in signals.items()
        for day, stage in stages_of(own, max(sundays))
        if day in sundays
    }
    right = [found.get(place) == stage for place, stage in true.items()]
    yield row("lifecycle stage", "accuracy", round(sum(right) / len(right), 4), 0.9)
    by_day: dict[date, list[str]] = {}
    for (_, day), stage in true.items():
        by_day.setdefault(day, []).append(stage)
    most = sum(max(map(stages.count, set(stages))) for stages in by_day.values())
    yield row("lifecycle stage", "accuracy", round(most / len(true), 4), peer="most frequent stage")
    for stage in sorted(set(true.values())):
        own = [found.get(place) == stage for place, real in true.items() if real == stage]
        yield row("lifecycle stage", f"recall of {stage}", round(sum(own) / len(own), 4))


def rows(people: int = 2000, days: int = 300) -> Iterator[dict[str, Any]]:
    """Yield every figure, from a world of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(Path(folder) / "home")
        write_world(home.landing, home.truth, people=people, days=days, seed=7, dirt=Dirt.light())
        pending = pending_days(home)
        if pending and not (outcome := run_pending(home, pending, lambda step: None)).is_success:
            raise RuntimeError(outcome.error)
        yield from rows_of(home)


def rows_of(home: Home) -> Iterator[dict[str, Any]]:
    """Yield every figure of a home that holds the built-in world."""
    connection = opened(home)
    try:
        yield from tastes(connection)
        yield from lifecycle(connection, home.truth)
    finally:
        connection.close()


def main() -> None:
    """Print a line per figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--days", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    for figure in rows(arguments.people, arguments.days):
        verdict = {True: "reached", False: "MISSED"}.get(figure["reached"], "")
        goal = f"goal {figure['goal']} {verdict}" if figure["goal"] else figure["peer"] or ""
        print(
            json.dumps(figure)
            if arguments.json
            else f"{figure['name']:<16} {figure['metric']:<24} {figure['value']:>8} {goal}"
        )


if __name__ == "__main__":
    main()
