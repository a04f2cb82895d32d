"""Why a person is who they are: identifiers, the evidence between them, rules that kept others out, decisions."""

from __future__ import annotations

from typing import Any

from dmp.identity.deciding import find_identifier
from dmp.published import published
from dmp.settings import Home

PARTS = {
    "identifiers": (
        "identity_map",
        "SELECT identifier_id, identifier_type, known_from FROM identity_map WHERE user_id = $1"
        " ORDER BY known_from, identifier_id",
    ),
    # A link joins if both ends are the person's (an order is nobody else's); other links lead to what is kept out.
    "links": (
        "identity_links",
        """
        SELECT
            links.* EXCLUDE (build_id),
            coalesce(ones.user_id, $1) = $1 AND coalesce(others.user_id, $1) = $1 AS is_joining
        FROM identity_links AS links
        LEFT JOIN identity_map AS ones ON links.identifier_id = ones.identifier_id
        LEFT JOIN identity_map AS others ON links.other_identifier_id = others.identifier_id
        WHERE ones.user_id = $1 OR others.user_id = $1
        ORDER BY links.known_from, first_event_at, links.identifier_id, other_identifier_id, evidence, source
        """,
    ),
    "days": (
        "identity_days",
        """
        SELECT
            identifier_id, login_id, count(*) AS date_count, min(event_date) AS first_date, max(event_date) AS last_date
        FROM identity_days WHERE user_id = $1 GROUP BY identifier_id, login_id ORDER BY identifier_id, login_id
        """,
    ),
    "rules_hit": (
        "quarantined_identifiers",
        """
        WITH own AS (SELECT identifier_id FROM identity_map WHERE user_id = $1),
        beside AS (
            SELECT identifier_id FROM own
            UNION SELECT other_identifier_id FROM identity_links SEMI JOIN own USING (identifier_id)
            UNION SELECT links.identifier_id FROM identity_links AS links
            SEMI JOIN own ON own.identifier_id = links.other_identifier_id
        )
        SELECT identifier_id, identifier_type, rule, value, since
        FROM quarantined_identifiers SEMI JOIN beside USING (identifier_id)
        ORDER BY since, identifier_id, rule
        """,
    ),
    "decisions": (
        "identity_decisions",
        """
        WITH own AS (SELECT identifier_id FROM identity_map WHERE user_id = $1),
        about AS (
            SELECT decision_id FROM identity_decisions
            WHERE identifier_id IN (FROM own) OR other_identifier_id IN (FROM own)
        )
        SELECT decision_id, decision, identifier_id, other_identifier_id, undone_decision_id, reason, known_from
        FROM identity_decisions
        WHERE decision_id IN (FROM about) OR undone_decision_id IN (FROM about)
        ORDER BY decision_id, line_number
        """,
    ),
    "retired_users": (
        "retired_users",
        "SELECT retired_user_id, retired_on FROM retired_users WHERE user_id = $1"
        " ORDER BY retired_on, retired_user_id",
    ),
}


def explain(home: Home, named: str) -> dict[str, Any]:
    """Return why a person is who they are.

    Keys: user_id, asked (the identifier that was asked for), as_of_date, build_id, and lists of rows: identifiers,
    links, days (dates of shared browsers and devices that are theirs, for nobody else logged in), rules_hit (of the
    person's identifiers and of those beside them), decisions, retired_users.
    """
    with published(home) as build:
        asked = find_identifier(build, home, named)
        return {
            "user_id": asked["user_id"],
            "asked": asked,
            "as_of_date": build.build["as_of_date"],
            "build_id": build.build["build_id"],
            **{name: build.rows(table, query, asked["user_id"]) for name, (table, query) in PARTS.items()},
        }
