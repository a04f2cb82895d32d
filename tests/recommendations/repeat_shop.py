"""A small shop with habits, tastes and rules, as the tables that the stage reads."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from dmp.recommendations.context import Context, Vectors, context_as_known
from dmp.vectors.weekly import vectors_as_of

FIRST_DATE, AS_OF_DATE = date(2024, 1, 1), date(2024, 4, 10)
PEOPLE, ITEMS = 120, 60
NO_CONSENT, COLD = 3, 118
IMPRESSIONS = """
CREATE SCHEMA insight; CREATE TABLE insight.list_impressions (
    impression_id VARCHAR, placement VARCHAR, item_id VARCHAR, position BIGINT, user_key BIGINT, shown_date DATE,
    landed_date DATE, has_click BOOLEAN, click_landed_date DATE
)"""


def user_key(number: int) -> int:
    return number * 1_000_003 - 50_000_000


def shop_activity(seed: int = 0) -> pd.DataFrame:
    """One row per (user_key, item_id, event_date): people come back to five items of one category each.

    The fifth item of a category is durable: whoever comes across it buys it.
    """
    random = np.random.default_rng(seed)
    rows = []
    for person in range(PEOPLE):
        if person >= COLD:
            continue
        category = person % 4
        favourites = [category * 10 + item for item in random.permutation(10) if item != 4][:5]
        for day in range(int(random.integers(0, 20)), 100, int(random.integers(5, 12))):
            items = {
                int(random.choice(favourites)),
                int(random.choice(favourites)),
                int(random.integers(ITEMS)),
            }
            for item in items:
                if item == 39 and day < 95:
                    continue
                bought = int(item % 10 == 4 or (item in favourites and random.random() < 0.8))
                rows.append((user_key(person), f"item{item:02d}", FIRST_DATE + timedelta(days=day), bought))
    table = pd.DataFrame(rows, columns=["user_key", "item_id", "event_date", "purchase_count"])
    return table.assign(view_count=1 + table.index % 3, cart_count=table["purchase_count"], dismiss_count=0)


def shop(activity: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    """Return a connection to the `profiles` tables of a shop with this activity."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET threads = 2; CREATE SCHEMA profiles")
    known = activity.assign(known_to=date(9999, 12, 31), zero=0)
    if "landed_date" not in known:
        known["landed_date"] = known["event_date"]
    connection.register("known", known)
    connection.execute(
        """CREATE TABLE profiles.user_item_activity AS
        SELECT user_key, item_id, event_date::DATE AS event_date, landed_date::DATE AS landed_date,
            landed_date::DATE AS known_from, known_to::DATE AS known_to, view_count AS impression_count,
            zero AS click_count, view_count, cart_count, zero AS favourite_count, dismiss_count, purchase_count,
            purchase_count AS purchase_quantity, (purchase_count * 12.5)::DECIMAL(18, 4) AS purchase_amount
        FROM known"""
    )
    connection.execute(
        f"""CREATE TABLE profiles.item_profiles AS
        SELECT printf('item%02d', number) AS item_id, 'Item ' || number AS item_name,
            'Category ' || number // 10 AS category, 'All' AS category_top, 'Brand ' || number % 3 AS brand,
            if(number % 10 = 9, 125, 12.5)::DECIMAL(18, 4) AS price_amount, NULL::DECIMAL(18, 4) AS cost_amount,
            if(number = 1, 0, 5)::BIGINT AS stock_quantity,
            if(number = 2, 18, NULL)::INTEGER AS min_age,
            if(number = 3, ['North'], NULL)::VARCHAR[] AS blocked_regions,
            if(number % 10 = 4, false, true) AS is_consumable,
            if(number = 6, DATE '2024-04-12', NULL) AS available_from,
            if(number = 5, DATE '2024-04-10', NULL) AS available_to,
            if(number = 39, DATE '2024-04-05', DATE '{FIRST_DATE}') AS first_seen_date
        FROM range({ITEMS}) AS numbers (number)"""
    )
    connection.execute(
        f"""CREATE TABLE profiles.user_profiles AS
        SELECT (number * 1000003 - 50000000)::BIGINT AS user_key, printf('u%03d', number) AS user_id,
            true AS is_identified, if(number % 3 = 0, NULL, 15 + number % 30)::INTEGER AS age,
            NULL::VARCHAR AS gender, ['North', 'South', NULL][1 + number % 3] AS region,
            number % 20 <> {NO_CONSENT} AS is_consented_personalisation,
            number % 2 = 0 AS is_consented_sensitive, 'grow' AS lifecycle_stage
        FROM range({PEOPLE}) AS numbers (number)"""
    )
    connection.execute(IMPRESSIONS)
    # People of one taste are in one cluster; on the last Sunday of March all move on to the next.
    connection.execute(
        f"""CREATE SCHEMA segments; CREATE TABLE segments.user_segment_changes AS
        SELECT changed_on, (number * 1000003 - 50000000)::BIGINT AS user_key,
            'cluster_' || 1 + (number + turn) % 4 AS segment_id, change
        FROM range({COLD}) AS numbers (number), (
            VALUES (DATE '2024-01-28', 0, 'joined'), (DATE '2024-03-31', 0, 'left'), (DATE '2024-03-31', 1, 'joined')
        ) AS moves (changed_on, turn, change)"""
    )
    connection.execute(
        """CREATE TABLE profiles.identity_map_history AS
        SELECT user_key AS identifier_key, user_key, DATE '2024-01-01' AS known_from, DATE '9999-12-31' AS known_to
        FROM profiles.user_profiles"""
    )
    return connection


def context_with_vectors(connection: duckdb.DuckDBPyConnection, cut: date) -> Context:
    return context_as_known(connection, cut, AS_OF_DATE, Vectors(**vectors_as_of(connection, cut)))
