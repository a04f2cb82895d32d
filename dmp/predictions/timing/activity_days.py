"""The days on which people did anything, as the warehouse knew them on the day of learning; all SQL of the timing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import pandas as pd


def read_activity_days(
    connection: duckdb.DuckDBPyConnection, user_keys: Sequence[int], first_cut: date, learned_on: date
) -> pd.DataFrame:
    """Return user_key and event_date of each active day after `first_cut`, as known on `learned_on`, sorted.

    `user_keys` are persons of a cut; they are followed through later merges, as `facts.read_purchases` does.
    """
    return connection.execute(
        """
        WITH followed AS (
            SELECT map.identifier_key AS user_key, map.user_key AS later_key
            FROM profiles.identity_map_history AS map
            WHERE map.identifier_key IN (SELECT unnest($user_keys::BIGINT[]))
                AND map.known_from <= $learned_on AND $learned_on < map.known_to
        )
        SELECT DISTINCT followed.user_key, activity.event_date
        FROM followed JOIN profiles.user_activity AS activity ON activity.user_key = followed.later_key
        WHERE landed_date <= $learned_on AND known_from <= $learned_on AND $learned_on < known_to
            AND event_date > $first_cut AND event_date <= $learned_on
        ORDER BY ALL
        """,
        {"user_keys": list(user_keys), "first_cut": first_cut, "learned_on": learned_on},
    ).fetchdf()
