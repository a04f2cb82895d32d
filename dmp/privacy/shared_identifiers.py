"""Browsers and devices that several people shared, all of whom are meant: what is left of them is theirs too.

So two people who are erased together leave what they would leave when erased one after the other: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

# What several logins alone made nobody's; an id that a tag sends for everybody broke another rule too and stays.
SHARED = """
CREATE OR REPLACE TEMP TABLE shared AS
SELECT hits.identifier_key
FROM warehouse.profiles.identity_quarantine AS hits INNER JOIN warehouse.profiles.identity_rules AS rules USING (rule)
GROUP BY hits.identifier_key
HAVING bool_and(linked_type IN ('login', 'shared_device') AND rules.identifier_type IN ('anonymous', 'device'))
"""
BESIDE = """
CREATE OR REPLACE TEMP TABLE beside AS
SELECT DISTINCT ends.shared_key, ends.other_key, ends.other_type, shared.identifier_key IS NOT NULL AS is_shared
FROM (
    SELECT identifier_key AS shared_key, other_identifier_key AS other_key, other_identifier_type AS other_type
    FROM warehouse.intermediate.int_identity_links
    UNION ALL
    SELECT other_identifier_key, identifier_key, identifier_type FROM warehouse.intermediate.int_identity_links
) AS ends
SEMI JOIN shared ON ends.shared_key = shared.identifier_key
LEFT JOIN shared ON ends.other_key = shared.identifier_key
"""
# Kept are those that somebody else used, and what lies beside these.
THEIRS = """
WITH RECURSIVE kept (shared_key) AS (
    SELECT shared_key FROM beside
    WHERE NOT is_shared AND other_type IN ('login', 'household', 'anonymous') AND NOT list_contains($joined, other_key)
    UNION
    SELECT beside.shared_key FROM beside INNER JOIN kept ON beside.other_key = kept.shared_key
),
touched (shared_key) AS (
    SELECT shared_key FROM beside WHERE list_contains($joined, other_key)
    UNION
    SELECT beside.shared_key FROM beside INNER JOIN touched ON beside.other_key = touched.shared_key
)
SELECT shared_key FROM touched ANTI JOIN kept USING (shared_key)
"""


def shared_by_them_alone(connection: duckdb.DuckDBPyConnection, joined: Iterable[int]) -> set[int]:
    """Return the shared browsers and devices on which none but the owners of `joined` were ever seen."""
    connection.execute(SHARED)
    connection.execute(BESIDE)
    return {key for (key,) in connection.execute(THEIRS, {"joined": sorted(joined)}).fetchall()}
