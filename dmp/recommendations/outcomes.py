"""What people did after a cut, read from the warehouse: what lists are measured by and rankers learn from."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

# A later person is looked up among the people of the cut: by their own key if it was known, else by the
# smallest key that has been merged into theirs; one who was unknown on the cut keeps the later key.
_OUTCOMES = """
WITH outcomes AS (
    SELECT
        activity.user_key,
        activity.item_id,
        sum(purchase_count)::BIGINT AS purchase_count,
        sum(cart_count + favourite_count)::BIGINT AS cart_count,
        sum(view_count + click_count)::BIGINT AS view_count
    FROM profiles.user_item_activity AS activity
    WHERE activity.landed_date <= $known_on
        AND activity.known_from <= $known_on AND $known_on < activity.known_to
        AND activity.event_date > $cut AND activity.event_date <= $last_date
    GROUP BY ALL
),
people AS (
    SELECT
        coalesce(identity_map.user_key, known.user_key) AS later_key,
        arg_min(
            known.user_key, (coalesce(identity_map.user_key <> known.user_key, false), known.user_key)
        ) AS user_key
    FROM (SELECT DISTINCT user_key FROM known_activity) AS known
    LEFT JOIN profiles.identity_map_history AS identity_map
        ON identity_map.identifier_key = known.user_key
        AND identity_map.known_from <= $known_on AND $known_on < identity_map.known_to
    GROUP BY 1
)
SELECT
    coalesce(people.user_key, outcomes.user_key) AS user_key,
    people.user_key IS NOT NULL AS is_known,
    catalogue.item_key,
    purchase_count,
    cart_count,
    view_count
FROM outcomes
INNER JOIN (
    SELECT item_id, CAST(row_number() OVER (ORDER BY item_id) - 1 AS INTEGER) AS item_key
    FROM profiles.item_profiles
) AS catalogue ON catalogue.item_id = outcomes.item_id
LEFT JOIN people ON people.later_key = outcomes.user_key
WHERE purchase_count + cart_count + view_count > 0
ORDER BY ALL
"""


def outcomes_after(
    connection: duckdb.DuckDBPyConnection, cut: date, last_date: date, known_on: date
) -> pd.DataFrame:
    """Return what people did in (cut, last_date], as known on `known_on`; `know(cut)` must have been called.

    One row per (user_key, item_key): user_key as known on the cut, `is_known` whether they were, and counts.
    """
    values = {"cut": cut, "last_date": last_date, "known_on": known_on}
    return connection.execute(_OUTCOMES, values).df()
