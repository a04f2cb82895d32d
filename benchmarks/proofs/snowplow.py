"""Snowplow's sample events beside what the publisher's own models make of them: duplicates, users.

    python -m benchmarks.proofs.snowplow [--data ../shared/data]

Population: every event of `snowplow_events` (fixtures of dbt-snowplow-web and dbt-snowplow-ecommerce) with an event_id.
The publisher's rules (dbt-snowplow-web at the revision in that folder's README): one row per event_id, the first that
was collected; a session's stitched_user_id is the user_id that its domain_userid was last seen with, else its
domain_userid. Ours: whose profile an event counts for. A user is the same if one of our people has the very same
events.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dmp.cleaning.fitting import create_parameters
from dmp.identity.people import update_people
from dmp.identity.tables import create_tables
from dmp.landing.contract import load_contracts
from dmp.landing.importing import import_source
from dmp.landing.loading import load_landed_days
from dmp.landing.tables import create_raw_tables
from dmp.settings import PROJECT, Home, Settings
from dmp.transformation import build

FACTS = "+int_events +int_identifiers +int_identity_links +int_identity_decisions identity_rules"
EVENTS = """
CREATE TEMP TABLE events AS
WITH collected AS (
    SELECT event_id, domain_userid, user_id, network_userid, collector_tstamp
    FROM read_csv($files, union_by_name = true, all_varchar = true, normalize_names = true)
    WHERE event_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY collector_tstamp) = 1
),
user_mapping AS (
    SELECT domain_userid, arg_max(user_id, collector_tstamp) AS user_id, count(DISTINCT user_id) AS login_count
    FROM collected WHERE user_id IS NOT NULL AND domain_userid IS NOT NULL GROUP BY domain_userid
),
ours AS (
    SELECT
        split_part(event_id, ':', 1) AS event_id,
        min(coalesce(days.user_key, map.user_key)) AS user_key,
        bool_or(is_bot) AS is_bot
    FROM intermediate.int_events AS facts
    LEFT JOIN profiles.identity_map_history AS map
        ON map.identifier_key = facts.identifier_key AND map.known_to = DATE '9999-12-31'
    LEFT JOIN profiles.identity_days_history AS days
        ON days.identifier_key = facts.identifier_key AND days.event_date = facts.event_date
        AND days.known_to = DATE '9999-12-31'
    GROUP BY ALL
)
SELECT
    event_id, ours.user_key, coalesce(ours.is_bot, false) AS is_bot, domain_userid,
    coalesce(user_mapping.user_id, domain_userid) AS stitched_user_id, coalesce(login_count, 0) AS login_count
FROM collected
LEFT JOIN user_mapping USING (domain_userid)
LEFT JOIN ours USING (event_id)
"""
# A publisher's user beside the person of ours who has most of their events.
USERS = """
WITH pairs AS (
    SELECT stitched_user_id, user_key, count(*) AS event_count, max(login_count) AS login_count
    FROM events WHERE NOT is_bot AND stitched_user_id IS NOT NULL GROUP BY ALL
)
SELECT
    stitched_user_id,
    sum(event_count) AS event_count,
    count(DISTINCT user_key) = 1 AND (
        SELECT count(DISTINCT others.stitched_user_id) FROM pairs AS others
        WHERE list_contains(list(pairs.user_key), others.user_key)
    ) = 1 AS is_same,
    max(login_count) AS login_count
FROM pairs GROUP BY stitched_user_id
"""


def row(name: str, metric: str, value: Any, goal: Any = None) -> dict[str, Any]:
    """Return one line of the facts; a goal is reached by its very value."""
    reached = None if goal is None else value == goal
    return {"name": name, "metric": metric, "value": value, "peer": None, "goal": goal, "reached": reached}


def join_people(home: Home, original: Path) -> None:
    """Land the originals and build facts and the map of people, without the rest of the flow."""
    import_source("snowplow", original, home.landing)
    contracts = load_contracts()
    with duckdb.connect(str(home.warehouse)) as connection:
        create_raw_tables(connection, contracts)
        create_parameters(connection)
        create_tables(connection)
        load_landed_days(
            connection, home.vault, home.landing, contracts["snowplow"], first=date.min, last=date.max, key=home.key()
        )  # fmt: skip
    build(FACTS, home, Settings(), {})
    with duckdb.connect(str(home.warehouse)) as connection:
        update_people(connection, date.min, date.max)
    build("identity_days_history", home, Settings(), {})


def compared(home: Home, original: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures of a home whose people are joined."""
    files = [str(path) for path in sorted(original.glob("*/snowplow_*_events.csv.gz"))]
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        accepted, duplicate, conflict = connection.execute(
            "SELECT sum(accepted_count), sum(duplicate_count), sum(conflict_count) FROM raw.landed_files"
        ).fetchall()[0]
        connection.execute(EVENTS, {"files": files})
        events = connection.sql("FROM events").df()
        users = connection.sql(USERS).df()
    same = users[users["is_same"]]
    one_login = users[users["login_count"] <= 1]
    yield row("event ids", "kept once each", int(accepted), len(events))
    yield row(
        "event ids", "further rows: same payload, another payload", f"{int(duplicate)}, {int(conflict)}"
    )
    yield row("events", "judged a bot's", int(events["is_bot"].sum()), 0)
    yield row("users", "with the same events", f"{len(same)} of {len(users)}")
    yield row(
        "users", "events of these", f"{int(same['event_count'].sum())} of {int(users['event_count'].sum())}"
    )
    yield row(
        "users of one login or none",
        "with the same events",
        f"{int(one_login['is_same'].sum())} of {len(one_login)}",
    )
    for user in users[~users["is_same"]].sort_values("stitched_user_id").itertuples():
        yield row(
            f"user {user.stitched_user_id[:6]}",
            "not the same: events, logins",
            f"{int(user.event_count)}, {user.login_count}",
        )


def rows(data: Path | None = None) -> list[dict[str, Any]]:
    """Return every figure of this part."""
    original = (
        data or Path(os.environ.get("DMP_DATA", PROJECT.parent / "shared" / "data"))
    ) / "snowplow_events"
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(folder)
        join_people(home, original)
        return list(compared(home, original))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path)
    for fact in rows(parser.parse_args().data):
        print(json.dumps(fact, default=str))
