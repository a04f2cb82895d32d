"""Logged impressions as policies are judged by: who may be learned from, and what the policy knew of them."""

from __future__ import annotations

import json
from collections.abc import Iterable

import duckdb
import pandas as pd

# A log is judged by its newest impressions, and the most used of its placements and policies: older ones tell of
# another shop, and a day's work has to end.
MOST_IMPRESSIONS, MOST_PLACEMENTS, MOST_POLICIES = 50_000, 5, 4
# In the warehouse, people who withhold analytics are left out; a published build holds no row of theirs.
IN_WAREHOUSE = """
SELECT impressions.*, user_key AS person FROM insight.list_impressions AS impressions
LEFT JOIN profiles.user_consents USING (user_key)
WHERE coalesce(is_consented_analytics, user_key IS NULL)
"""
PUBLISHED = "SELECT *, user_id AS person FROM list_impressions"
# Only what had its whole window to bring something counts.
JUDGED = """
WITH judged AS (
    SELECT placement, policy, position, item_id, person, propensity, properties, has_click, has_order, shown_at,
        impression_id, coalesce(person::VARCHAR, 'list ' || source || ':' || list_id) AS cluster,
        row_number() OVER (ORDER BY shown_at, impression_id) AS shown_order,
        count(*) OVER (PARTITION BY placement) AS placement_count,
        count(*) OVER (PARTITION BY placement, policy) AS policy_count
    FROM ({impressions})
    WHERE is_window_over AND policy IS NOT NULL AND position IS NOT NULL
)
SELECT * EXCLUDE (shown_at, impression_id, placement_count, policy_count) FROM judged
QUALIFY dense_rank() OVER (ORDER BY placement_count DESC, placement) <= $placements
    AND dense_rank() OVER (PARTITION BY placement ORDER BY policy_count DESC, policy) <= $policies
    AND row_number() OVER (PARTITION BY placement, policy ORDER BY shown_at DESC, impression_id) <= $impressions
ORDER BY impression_id
"""
OUTCOMES = {"click": "has_click", "order": "has_order"}
CONTEXT_PREFIX = "context "


def judged_impressions(connection: duckdb.DuckDBPyConnection, impressions: str) -> pd.DataFrame:
    """Return the impressions of every policy whose window is over, in the order of their ids.

    impressions: IN_WAREHOUSE or PUBLISHED. Columns: placement, policy, position, item_id, person (missing where
    nobody is known), propensity, shown_order, cluster (rows that may depend on each other), has_click, has_order, and a
    column `context <name>` for each plain value that the policy knew.
    """
    # Both texts are this module's own.
    query = JUDGED.format(impressions=impressions)
    bounds = {"placements": MOST_PLACEMENTS, "policies": MOST_POLICIES, "impressions": MOST_IMPRESSIONS}
    frame = connection.execute(query, bounds).df()
    known = context_of(frame.pop("properties"))
    return pd.concat([frame, known], axis=1)


def context_of(properties: Iterable[str | None]) -> pd.DataFrame:
    """Return the plain values of JSON objects as columns; lists and objects inside are left out."""
    rows = [json.loads(text) if isinstance(text, str) else {} for text in properties]
    plain = [
        {
            f"{CONTEXT_PREFIX}{name}": value
            for name, value in row.items()
            if isinstance(value, str | int | float)
        }
        if isinstance(row, dict)
        else {}
        for row in rows
    ]
    table = pd.DataFrame(plain, index=range(len(rows)))
    return table[sorted(table.columns)]


def logged(impressions: pd.DataFrame, placement: str, policy: str, outcome: str) -> pd.DataFrame:
    """Return one policy's impressions with a usable propensity as a log for `off_policy`."""
    is_of_it = (impressions["placement"] == placement) & (impressions["policy"] == policy)
    is_usable = (impressions["propensity"] > 0) & (impressions["propensity"] <= 1)
    own = impressions[is_of_it & is_usable].reset_index(drop=True)
    return own.assign(outcome=own[OUTCOMES[outcome]].astype(float))


def context_columns(log: pd.DataFrame) -> list[str]:
    """Return the names of the columns that hold what the policy knew, without those that are empty here."""
    return [name for name in map(str, log) if name.startswith(CONTEXT_PREFIX) and log[name].notna().any()]
