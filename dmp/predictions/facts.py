"""What the warehouse knew on the day of learning: the only SQL of the predictions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import pandas as pd

from dmp.predictions.targets import Goods
from dmp.settings import DmpError

# Bounds time and memory of learning on large homes. Keys are hashes, so the smallest are a fair sample of
# people, and the same people stay in it from week to week.
LEARNED_PEOPLE = 20_000


FOLLOWED = """
    people AS (
        SELECT DISTINCT user_key
        FROM profiles.user_metrics_history
        WHERE is_identified AND as_of_date IN (SELECT unnest($cuts::DATE[]))
    ),
    followed AS (
        SELECT people.user_key, map.user_key AS later_key
        FROM people
        JOIN profiles.identity_map_history AS map ON map.identifier_key = people.user_key
        WHERE map.known_from <= $learned_on AND $learned_on < map.known_to
    )
"""
ORDERS = """
    orders AS (
        SELECT
            user_key AS later_key, event_date,
            sum(order_count)::BIGINT AS order_count, sum(purchase_amount)::DOUBLE AS purchase_amount
        FROM profiles.user_activity
        WHERE landed_date <= $learned_on AND known_from <= $learned_on AND $learned_on < known_to
            AND event_date > $first_cut AND order_count > 0
        GROUP BY ALL
    )
"""
ORDERS_OF_GOODS = """
    goods AS (
        SELECT
            item_id, min(landed_date) AS first_listed_date,
            arg_max(category, (observed_at, landed_date, source_file, source_line)) AS category,
            arg_max(brand, (observed_at, landed_date, source_file, source_line)) AS brand
        FROM intermediate.int_items
        WHERE landed_date <= $learned_on
        GROUP BY item_id
    ),
    orders AS (
        SELECT
            user_key AS later_key, event_date, item_id, first_listed_date,
            sum(purchase_count)::BIGINT AS order_count, sum(purchase_amount)::DOUBLE AS purchase_amount
        FROM profiles.user_item_activity
        JOIN goods USING (item_id)
        WHERE landed_date <= $learned_on AND known_from <= $learned_on AND $learned_on < known_to
            AND event_date > $first_cut AND purchase_count > 0
            AND CASE $dimension WHEN 'category' THEN category = $value WHEN 'brand' THEN brand = $value ELSE true END
        GROUP BY ALL
    )
"""
OF_THE_CUT = """
    SELECT followed.user_key, orders.* EXCLUDE (later_key)
    FROM followed JOIN orders USING (later_key)
    ORDER BY ALL
"""


def first_landed_date(connection: duckdb.DuckDBPyConnection) -> date | None:
    """Return the day on which the log of activity begins, None if it is empty."""
    row = connection.execute("SELECT min(landed_date) FROM profiles.user_activity").fetchone()
    return row[0] if row else None


def history_cuts(connection: duckdb.DuckDBPyConnection, learned_on: date) -> list[date]:
    """Return the Sundays up to `learned_on` whose metrics were kept, ascending."""
    rows = connection.execute(
        """
        SELECT DISTINCT as_of_date
        FROM profiles.user_metrics_history
        WHERE as_of_date <= ? AND isodow(as_of_date) = 7
        ORDER BY as_of_date
        """,
        [learned_on],
    ).fetchall()
    return [row[0] for row in rows]


def served_date(connection: duckdb.DuckDBPyConnection) -> date:
    """Return the last landed day."""
    row = connection.execute("SELECT as_of_date FROM intermediate.int_cuts WHERE is_served").fetchone()
    if row is None:
        raise DmpError("no landed day has been loaded yet; run `dmp run`")
    return row[0]


def is_kept(connection: duckdb.DuckDBPyConnection, cut: date) -> bool:
    """Return whether the metrics of that day were kept."""
    kept = "SELECT count(*) > 0 FROM profiles.user_metrics_history WHERE as_of_date = ?"
    row = connection.execute(kept, [cut]).fetchone()
    return bool(row and row[0])


def read_metrics_history(
    connection: duckdb.DuckDBPyConnection,
    cuts: Sequence[date],
    learned_on: date,
    purpose: str,
    people: int = LEARNED_PEOPLE,
) -> pd.DataFrame:
    """Return the kept metrics of identified people at `cuts`, one row per (as_of_date, user_key), sorted.

    Left out is who, as the person that they were known to be on `learned_on`, had not consented to `purpose` by then.
    At most `people` distinct keys, the smallest ones.
    """
    return connection.execute(
        f"""
        WITH consenting AS (
            SELECT map.identifier_key AS user_key
            FROM profiles.identity_map_history AS map
            JOIN profiles.learning_consents AS consents USING (user_key)
            WHERE map.known_from <= $learned_on AND $learned_on < map.known_to AND consents.is_consented_{purpose}
        ),
        known AS (
            FROM profiles.user_metrics_history SEMI JOIN consenting USING (user_key)
            WHERE is_identified AND as_of_date IN (SELECT unnest($cuts::DATE[]))
        ),
        learned_people AS (SELECT DISTINCT user_key FROM known ORDER BY user_key LIMIT $people)
        SELECT known.* FROM known SEMI JOIN learned_people USING (user_key) ORDER BY as_of_date, user_key
        """,  # noqa: S608 - a purpose is this code's own word
        {"cuts": list(cuts), "people": people, "learned_on": learned_on},
    ).fetchdf()


def read_purchases(
    connection: duckdb.DuckDBPyConnection, cuts: Sequence[date], learned_on: date, goods: Goods | None = None
) -> pd.DataFrame:
    """Return purchases after the first cut, as known on `learned_on`, one row per user_key and event_date.

    Columns: user_key, event_date, order_count, purchase_amount. With `goods`, of those items alone and one row per
    item: order_count counts the item's purchases, and first_listed_date is the day on which the catalogue first had it.
    `user_key` is the person of the cut; their orders are those of the person that key belongs to in the map
    of `learned_on`, so a person who logged in elsewhere since is followed through the merge.
    """
    days = {"cuts": list(cuts), "learned_on": learned_on, "first_cut": min(cuts)}
    if goods is None:
        return connection.execute(f"WITH {FOLLOWED}, {ORDERS} {OF_THE_CUT}", days).fetchdf()
    given = {"dimension": goods.dimension, "value": goods.value}
    return connection.execute(f"WITH {FOLLOWED}, {ORDERS_OF_GOODS} {OF_THE_CUT}", {**days, **given}).fetchdf()


def read_daily_purchases(connection: duckdb.DuckDBPyConnection, known_on: date) -> pd.DataFrame:
    """Return how many orders the shop had a day, as known on `known_on`: event_date, landed_date, order_count."""
    return connection.execute(
        """
        SELECT event_date, landed_date, sum(order_count)::BIGINT AS order_count
        FROM profiles.user_activity
        WHERE landed_date <= $known_on AND known_from <= $known_on AND $known_on < known_to AND order_count > 0
        GROUP BY ALL
        ORDER BY ALL
        """,
        {"known_on": known_on},
    ).fetchdf()


def read_user_metrics(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return today's metrics of identified people, one row per user_key, sorted."""
    return connection.execute("FROM profiles.user_metrics WHERE is_identified ORDER BY user_key").fetchdf()


def read_last_week(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.DataFrame:
    """Return the metrics of identified people on the last Sunday before `as_of_date`, one row per user_key, sorted."""
    return connection.execute(
        """
        FROM profiles.user_metrics_history
        WHERE is_identified AND as_of_date = (
            SELECT max(as_of_date) FROM profiles.user_metrics_history WHERE as_of_date < ? AND isodow(as_of_date) = 7
        )
        ORDER BY user_key
        """,
        [as_of_date],
    ).fetchdf()


def read_user_ids(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the published id of each person: user_key, user_id."""
    return connection.execute("SELECT user_key, user_id FROM profiles.user_profiles").fetchdf()
