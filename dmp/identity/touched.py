"""What a range of landed days touches, read from the warehouse; nothing else of history is read into Python."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

from dmp.identity.components import Identifier, Link
from dmp.identity.decisions import Decision, Decisions
from dmp.identity.folding import Day, Known
from dmp.identity.rules import Rule, Rules

# A login is known by what is done under it: that an alias call names one does not say that it exists.
IDENTIFIERS = """
CREATE OR REPLACE TEMP TABLE known_identifiers AS
SELECT
    identifier_key,
    min(identifier_type) AS identifier_type,
    min(landed_date) AS first_landed_date,
    epoch_us(min(first_event_at) FILTER (landed_date = earliest)) AS first_microsecond
FROM (
    SELECT *, min(landed_date) OVER (PARTITION BY identifier_key) AS earliest
    FROM (
        SELECT identifier_key, identifier_type, first_event_at, landed_date FROM intermediate.int_identifiers
        UNION ALL
        SELECT identifier_key, identifier_type, first_event_at, landed_date FROM intermediate.int_identity_links
        WHERE other_identifier_type <> 'login'
        UNION ALL
        SELECT other_identifier_key, other_identifier_type, first_event_at, landed_date
        FROM intermediate.int_identity_links WHERE other_identifier_type <> 'login'
    )
    WHERE landed_date <= $last
)
GROUP BY identifier_key
"""
# A link is known as soon as both of its ends are.
LINKS = """
CREATE OR REPLACE TEMP TABLE known_links AS
WITH links AS (
    SELECT
        identifier_key,
        other_identifier_key,
        min(landed_date) AS landed_date,
        epoch_us(arg_min(first_event_at, (landed_date, first_event_at))) AS first_microsecond
    FROM intermediate.int_identity_links
    WHERE landed_date <= $last
    GROUP BY identifier_key, other_identifier_key
)
SELECT
    links.identifier_key,
    links.other_identifier_key,
    greatest(landed_date, ones.first_landed_date, others.first_landed_date) AS first_landed_date,
    links.first_microsecond
FROM links
INNER JOIN known_identifiers AS ones USING (identifier_key)
INNER JOIN known_identifiers AS others ON links.other_identifier_key = others.identifier_key
"""
# From what the days name for the first time along links, through nothing that was quarantined before them.
TOUCHED = """
CREATE OR REPLACE TEMP TABLE touched AS
WITH RECURSIVE ends AS (
    SELECT identifier_key, other_identifier_key FROM known_links
    UNION ALL
    SELECT other_identifier_key, identifier_key FROM known_links
),
open_ends AS (
    SELECT ends.*
    FROM ends
    ANTI JOIN (FROM profiles.identity_quarantine WHERE since < $first AND rule <> $person_rule) AS quarantined
        ON ends.identifier_key = quarantined.identifier_key
),
reached (identifier_key) AS (
    SELECT identifier_key FROM known_identifiers WHERE first_landed_date >= $first
    UNION
    SELECT unnest([identifier_key, other_identifier_key]) FROM known_links WHERE first_landed_date >= $first
    UNION
    SELECT unnest($decided::BIGINT[])
    UNION
    SELECT open_ends.other_identifier_key FROM reached INNER JOIN open_ends USING (identifier_key)
)
SELECT identifier_key FROM reached
"""


def read_rules(connection: duckdb.DuckDBPyConnection) -> Rules:
    """Return the rows of the seed `identity_rules`."""
    rows = connection.execute(
        "SELECT rule, identifier_type, coalesce(linked_type, ''), maximum FROM profiles.identity_rules"
    ).fetchall()
    return Rules(Rule(*row) for row in rows)


def read_decisions(connection: duckdb.DuckDBPyConnection, last: date) -> list[Decision]:
    """Return every decision that had landed by a day."""
    rows = connection.execute(
        """
        SELECT decision_id, decision, landed_date, identifier_key, other_identifier_key, undone_decision_id
        FROM intermediate.int_identity_decisions WHERE landed_date <= ? ORDER BY ALL
        """,
        [last],
    ).fetchall()
    return [Decision(*row) for row in rows]


def find_touched(
    connection: duckdb.DuckDBPyConnection, first: date, last: date, decided: list[int], person_rule: str
) -> None:
    """Make the temporary tables known_identifiers, known_links and touched, for landed days first..last.

    decided: identifiers that decisions name. person_rule: the rule that quarantines nobody.
    """
    connection.execute(IDENTIFIERS, {"last": last})
    connection.execute(LINKS, {"last": last})
    connection.execute(TOUCHED, {"first": first, "decided": decided, "person_rule": person_rule})


def read_days(connection: duckdb.DuckDBPyConnection) -> dict[date, Day]:
    """Return what each landed day told first about the touched identifiers."""
    days: dict[date, Day] = {}
    for row in connection.execute(
        "FROM known_identifiers SEMI JOIN touched USING (identifier_key)"
    ).fetchall():
        identifier = Identifier(*row)
        days.setdefault(identifier.first_landed_date, Day()).identifiers.append(identifier)
    for row in connection.execute(
        """
        FROM known_links
        SEMI JOIN touched USING (identifier_key)
        SEMI JOIN touched AS others ON other_identifier_key = others.identifier_key
        """
    ).fetchall():
        link = Link(*row)
        days.setdefault(link.first_landed_date, Day()).links.append(link)
    return days


def know(
    connection: duckdb.DuckDBPyConnection, first: date, last: date, decisions: list[Decision]
) -> tuple[Known, dict[date, Day]]:
    """Return what was known of the touched identifiers before `first`, and what the days from then on add."""
    rules = read_rules(connection)
    decided = [end for one in decisions for end in (one.one, one.other) if end is not None]
    find_touched(connection, first, last, decided, rules.of_person.rule if rules.of_person else "")
    days = read_days(connection)
    before = Day()
    for day in sorted(day for day in days if day < first):
        past = days.pop(day)
        before.identifiers += past.identifiers
        before.links += past.links
    users = connection.execute(
        """
        SELECT identifier_key, user_key FROM profiles.identity_map_history SEMI JOIN touched USING (identifier_key)
        WHERE known_from < $first AND known_to >= $first
        """,
        {"first": first},
    ).fetchall()
    hits = connection.execute(
        """
        SELECT identifier_key, rule FROM profiles.identity_quarantine SEMI JOIN touched USING (identifier_key)
        WHERE since < $first
        """,
        {"first": first},
    ).fetchall()
    known = Known(rules, Decisions(decisions), dict(users))
    known.begin(before, first - timedelta(days=1) if first > date.min else first, hits)
    return known, days
