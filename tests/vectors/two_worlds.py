"""Two worlds: twelve items, six in each, and forty people who live in one of them."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from dmp.vectors.behaviour import Behaviour

SUNDAY = date(2024, 3, 3)
WORLDS = np.array([item // 6 for item in range(12)])


def points_of_two_worlds() -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = [
        (person, f"item{6 * (person % 2) + item:02d}", 10.0)
        for person in range(40)
        for item in random.permutation(6)[:4]
    ]
    return pd.DataFrame(rows, columns=["user_key", "item_id", "points"])


def behaviour_of_two_worlds(points: pd.DataFrame) -> Behaviour:
    """Each person turns to two items a day; the items of a world share a category, brands say nothing."""
    day = points.groupby("user_key").cumcount() // 2
    days = points[["user_key", "item_id"]].assign(
        event_date=[SUNDAY - timedelta(days=int(ago)) for ago in day]
    )
    items = sorted(points["item_id"].unique())
    attributes = pd.DataFrame(
        {"item_id": items, "category": [f"world{world}" for world in WORLDS], "brand": ["a", "b", None] * 4}
    )
    return Behaviour(points, days[["user_key", "event_date", "item_id"]], attributes)


def warehouse(points: pd.DataFrame, day: date) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.register("points", points)
    connection.execute(
        f"""CREATE SCHEMA profiles; CREATE TABLE profiles.user_item_activity AS
        SELECT user_key, item_id, DATE '{day}' AS event_date, DATE '{day}' AS landed_date, DATE '{day}' AS known_from,
            DATE '9999-12-31' AS known_to, 0 AS view_count, 0 AS click_count, 0 AS cart_count, 0 AS favourite_count,
            1 AS purchase_count
        FROM points"""
    )
    return connection
