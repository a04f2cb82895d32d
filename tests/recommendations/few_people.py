"""Contexts of a handful of people, small enough to work out a channel's scores by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context

CUT = date(2024, 6, 30)


def context_of(
    acts: list[tuple[int, int, int]],
    item_count: int,
    *,
    is_bought: bool = True,
    items: pd.DataFrame | None = None,
) -> Context:
    """Return the context of acts (user_key, item_key, age_days); items are named "item 0", "item 1" ..."""
    days = pd.DataFrame(acts, columns=["user_key", "item_key", "age_days"])
    days = days.sort_values(
        ["user_key", "age_days", "item_key"], ascending=[True, False, True], ignore_index=True
    )
    days["is_bought"], days["points"] = is_bought, 10 if is_bought else 1
    grouped = days.groupby(["user_key", "item_key"])["age_days"]
    pairs = grouped.agg(last="min", first="max", count="count").reset_index()
    ages = days.assign(habit=0.5 ** (days["age_days"] / 90), recent=0.5 ** (days["age_days"] / 30))
    sums = ages.groupby(["user_key", "item_key"])[["habit", "recent"]].sum().reset_index(drop=True)
    pairs = pd.DataFrame(
        {
            "user_key": pairs["user_key"],
            "item_key": pairs["item_key"],
            "habit": sums["habit"] * is_bought,
            "recent_habit": sums["recent"] * is_bought,
            "interest": 0.0 if is_bought else 1.0,
            "purchase_day_count": pairs["count"] * is_bought,
            "last_purchase_days": pairs["last"].where(pd.Series(is_bought, index=pairs.index)),
            "first_purchase_days": pairs["first"].where(pd.Series(is_bought, index=pairs.index)),
            "dismiss_count": 0,
        }
    )
    people = pd.DataFrame(
        {
            "user_key": np.sort(days["user_key"].unique()),
            "region": None,
            "segment_id": None,
            "is_consented": True,
        }
    )
    if items is None:
        items = pd.DataFrame({"item_name": [f"item {number}" for number in range(item_count)]})
    for name in ("category", "brand"):
        items[name] = items.get(name)
    bought = pairs[pairs["purchase_day_count"] > 0]
    for name, limit in (("buyers_7d", 7), ("buyers_30d", 30)):
        counted = bought.loc[bought["last_purchase_days"] < limit, "item_key"]
        items[name] = np.bincount(counted, minlength=item_count)
    items = items.assign(viewers_30d=0, item_age_days=100, is_known=True)
    return Context(CUT, items, pairs, days, people)
