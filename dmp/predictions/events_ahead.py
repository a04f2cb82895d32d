"""What people did after the cuts, of which labels are made: purchases, or events of another kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import pandas as pd

from dmp.predictions import facts
from dmp.predictions.targets import Target

EVENTS = f"""
    WITH {facts.FOLLOWED},
    events AS (
        SELECT identifier_key, event_date
        FROM intermediate.int_events
        WHERE $event IN (event_type, event_name) AND NOT is_bot
            AND landed_date <= $learned_on AND event_date > $first_cut
    ),
    days AS (
        SELECT * FROM profiles.identity_days_history WHERE known_from <= $learned_on AND $learned_on < known_to
    ),
    of_people AS (
        SELECT map.user_key AS later_key, events.event_date
        FROM events
        JOIN profiles.identity_map_history AS map USING (identifier_key)
        ANTI JOIN days ON events.identifier_key = days.identifier_key AND events.event_date = days.event_date
        WHERE map.known_from <= $learned_on AND $learned_on < map.known_to
        UNION ALL
        SELECT days.user_key, events.event_date
        FROM events JOIN days ON events.identifier_key = days.identifier_key AND events.event_date = days.event_date
    )
    SELECT followed.user_key, of_people.event_date, count(*)::BIGINT AS order_count, 0.0::DOUBLE AS purchase_amount
    FROM followed JOIN of_people USING (later_key)
    GROUP BY ALL
    ORDER BY ALL
"""  # noqa: S608 - this code's own words


def read_ahead(
    connection: duckdb.DuckDBPyConnection, cuts: Sequence[date], learned_on: date, target: Target
) -> pd.DataFrame:
    """Return what the target counts after the first cut, as known on `learned_on`, a row per user_key and event_date.

    The columns are those of read_purchases; of events other than purchases order_count is how many there were, as
    the map of `learned_on` and the days of shared browsers give them to people.
    """
    if target.event is None:
        return facts.read_purchases(connection, cuts, learned_on, target.goods)
    days = {"cuts": list(cuts), "learned_on": learned_on, "first_cut": min(cuts)}
    return connection.execute(EVENTS, {**days, "event": target.event}).fetchdf()
