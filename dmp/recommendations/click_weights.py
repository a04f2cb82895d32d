"""What clicks in logged lists count as when the ranker learns: those in places that few look at count more."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.position_bias import click_weights, examination_by_position

# As known on a day: only what had its week to be clicked by then, and clicks that had landed by then. Of whom nobody
# is known, places are learnt from all the same.
_SHOWN = """
SELECT
    placement, item_id, position, coalesce(user_key, 0) AS user_key, user_key IS NOT NULL AS is_person, shown_date,
    coalesce(has_click AND click_landed_date <= $known_on, false) AS has_click
FROM insight.list_impressions
WHERE landed_date <= $known_on AND shown_date + 7 <= $known_on AND position >= 1
ORDER BY impression_id
"""


def logged_impressions(connection: duckdb.DuckDBPyConnection, known_on: date) -> pd.DataFrame:
    """Return placement, item_id, position, user_key (0 where unknown), is_person, shown_date, has_click."""
    shown = connection.execute(_SHOWN, {"known_on": known_on}).df()
    return shown.assign(shown_date=pd.to_datetime(shown["shown_date"]).dt.date)


def weights_of_clicks(context: Context, impressions: pd.DataFrame, last_date: date) -> pd.DataFrame:
    """Return user_key, item_key, weight of what consenting people clicked in lists shown after the cut, to `last_date`.

    Each placement has its own examination, where there are clicks enough to know it; elsewhere a click weighs 1. Of
    several clicks on an item the one in the best place counts. A person goes by today's key, as in the impressions.
    """
    people = context.people
    refusing = people.loc[~people["is_consented"].to_numpy(dtype=bool), "user_key"]
    impressions = impressions[~impressions["user_key"].isin(refusing)]
    weights = pd.Series(1.0, index=impressions.index)
    for _, own in impressions.groupby("placement", sort=True):
        weights[own.index] = click_weights(own["position"].to_numpy(), examination_by_position(own))
    is_known = impressions["is_person"] & impressions["user_key"].isin(people["user_key"])
    is_within = (impressions["shown_date"] > context.cut) & (impressions["shown_date"] <= last_date)
    clicks = impressions.assign(weight=weights)[impressions["has_click"] & is_known & is_within]
    item_keys = pd.Index(context.items["item_id"]).get_indexer(clicks["item_id"])
    clicks = clicks.assign(item_key=item_keys.astype(np.int32))[item_keys >= 0].astype({"user_key": "int64"})
    return clicks.groupby(["user_key", "item_key"], sort=True)["weight"].min().reset_index()
