"""Whose facts a run changed: one more file in an open landed day touches few people, and only their rows are made anew.

What the profiles were last made from is remembered as one hash per identifier of the last landed day. Whoever has
another hash now, or is another person in the map, is touched. A change is missed only where two hashes of 64 bits agree
by chance; a false alarm is somebody whose rows come out as they were (a login whose browser was touched, for example).
"""

from __future__ import annotations

from datetime import date

import duckdb

# More people than this at once are cheaper made anew with everybody else.
MOST_PEOPLE = 5000
KEYS = (
    "identifier_key",
    "login_key",
    "anonymous_key",
    "device_key",
    "household_key",
    "email_key",
    "phone_key",
)
# Landed facts of people, each with the columns that hold identifiers.
FACTS = {
    "int_events": KEYS,
    "int_customers": KEYS[1:],
    "int_missing_answers": ("login_key",),
    "int_consents": ("identifier_key",),
    "int_exposures": ("identifier_key",),
}


def touched_people(connection: duckdb.DuckDBPyConnection, day: date) -> list[int] | None:
    """Return the keys of the people whose facts of the last landed `day` are other than the profiles were made from.

    None is everybody: the profiles are of another day, the catalogue changed, or too many were touched.
    """
    if _remembered_day(connection) != day:
        return None
    now = _digests(day)
    changed = f"""
        SELECT coalesce(now.kind, before.kind) AS kind, coalesce(now.key, before.key) AS key
        FROM ({now}) AS now FULL JOIN profiles.profiled_facts AS before USING (kind, key)
        WHERE now.digest IS DISTINCT FROM before.digest
    """  # noqa: S608 - names of this module alone
    people = connection.execute(
        f"""
        WITH changed AS MATERIALIZED ({changed}),
        -- A second login on a browser parts it from those who were seen on it before.
        beside AS (
            SELECT key FROM changed WHERE kind = 'identifier'
            UNION SELECT other_identifier_key FROM intermediate.int_identity_links
            SEMI JOIN changed ON kind = 'identifier' AND identifier_key = key
            UNION SELECT identifier_key FROM intermediate.int_identity_links
            SEMI JOIN changed ON kind = 'identifier' AND other_identifier_key = key
        ),
        maps AS (
            SELECT identifier_key, user_key FROM profiles.identity_map_history
            UNION ALL SELECT identifier_key, user_key FROM profiles.identity_days_history
        )
        SELECT DISTINCT user_key FROM maps SEMI JOIN beside ON identifier_key = key
        UNION SELECT key FROM changed WHERE kind = 'person'
        UNION ALL SELECT NULL FROM changed WHERE kind = 'catalogue'
        ORDER BY user_key NULLS FIRST
        """,  # noqa: S608
        {"day": day},
    ).fetchall()
    keys = [key for (key,) in people]
    return None if len(keys) > MOST_PEOPLE or None in keys else keys


def remember_profiled(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    """Remember what the profiles were made from, once all of them are made."""
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE profiles.profiled_facts AS
        SELECT $day::DATE AS landed_date, * FROM ({_digests(day)}) ORDER BY kind, key
        """,  # noqa: S608
        {"day": day},
    )


def forget_profiled(connection: duckdb.DuckDBPyConnection) -> None:
    """Say that the profiles are being made: until they all are, nobody knows what they were made from."""
    connection.execute("DROP TABLE IF EXISTS profiles.profiled_facts")


def _remembered_day(connection: duckdb.DuckDBPyConnection) -> date | None:
    found = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'profiles' AND table_name = 'profiled_facts'"
    ).fetchall()
    if found == [(0,)]:
        return None
    remembered = connection.execute("SELECT max(landed_date) FROM profiles.profiled_facts").fetchone()
    return remembered[0] if remembered else None


def _digests(day: date) -> str:
    """Return SQL for one row per identifier that landed on $day, person whose map changed then, and the catalogue."""
    facts = [
        f"SELECT 'identifier' AS kind, {key} AS key, hash(facts) AS digest "  # noqa: S608
        f"FROM intermediate.{table} AS facts WHERE landed_date = $day AND {key} IS NOT NULL"
        for table, keys in FACTS.items()
        for key in keys
    ]
    sessions = (
        "SELECT 'identifier' AS kind, identifier_key AS key, hash(facts) AS digest "
        "FROM intermediate.int_sessions AS facts WHERE $day IN (known_from, known_to)"
    )
    people = (
        "SELECT 'person' AS kind, user_key AS key, hash(facts) AS digest "
        "FROM profiles.identity_map_history AS facts WHERE $day IN (known_from, known_to)"
    )
    catalogue = (
        "SELECT 'catalogue' AS kind, 0::BIGINT AS key, hash(facts) AS digest "
        "FROM intermediate.int_items AS facts WHERE landed_date = $day"
    )
    rows = " UNION ALL ".join([*facts, sessions, people, catalogue])
    return f"SELECT kind, key, sum(digest::HUGEINT) AS digest FROM ({rows}) GROUP BY kind, key"  # noqa: S608
