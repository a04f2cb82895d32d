"""What the (person, item) pairs of a cut add up to per item and per person."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

# So many buyers at the mean rate stand behind every measured repurchase rate.
_PRIOR_BUYERS = 20
_DAYS_TO_RETURN = 30


def item_facts(catalogue: pd.DataFrame, pairs: pd.DataFrame, cut: date) -> pd.DataFrame:
    """Return the catalogue with the popularity of each item as of `cut`.

    Added: buyers_7d, _30d, _90d, _life and viewers_7d, _30d (people), item_last_purchase_days, item_age_days,
    paid_price_amount (mean a unit), repurchase_rate, is_known (in the catalogue, or met in a log, by the cut).
    """
    items = catalogue.copy()
    item_key = pairs["item_key"].to_numpy()
    for name, days in (("buyers", "last_purchase_days"), ("viewers", "last_interest_days")):
        for window, limit in (("7d", 7), ("30d", 30), ("90d", 90), ("life", np.inf)):
            is_within = pairs[days].to_numpy(dtype=np.float64) < limit
            items[f"{name}_{window}"] = np.bincount(item_key[is_within], minlength=len(items))
    grouped = pairs.groupby("item_key")
    items["item_last_purchase_days"] = grouped["last_purchase_days"].min()
    items["paid_price_amount"] = _unit_price(grouped)
    catalogue_days = (pd.Timestamp(cut) - pd.to_datetime(items["first_seen_date"])).dt.days
    met_days = grouped["first_activity_days"].max().reindex(items.index)
    items["item_age_days"] = catalogue_days.where(catalogue_days >= 0, met_days)
    items["is_known"] = items["item_age_days"].notna()
    items["repurchase_rate"] = repurchase_rates(items, pairs)
    return items


def person_facts(people: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return people with user_purchase_item_count, user_purchase_line_count, user_price_amount (mean a unit)."""
    grouped = pairs.groupby("user_key")
    added = pd.DataFrame(
        {
            "user_purchase_item_count": (pairs["purchase_day_count"] > 0).groupby(pairs["user_key"]).sum(),
            "user_purchase_line_count": grouped["purchase_day_count"].sum(),
            "user_price_amount": _unit_price(grouped),
        }
    )
    return people.merge(added, left_on="user_key", right_index=True, how="left")


def _unit_price(grouped: Any) -> pd.Series:
    """Return the mean amount paid a unit; missing where nothing was paid."""
    sums = grouped[["purchase_amount", "purchase_quantity"]].sum()
    return (sums["purchase_amount"] / sums["purchase_quantity"]).where(sums["purchase_amount"] > 0)


def repurchase_rates(items: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """Return per item the share of its buyers who bought it on a second day; missing where nobody can tell.

    Only buyers who had 30 days to come back count. A rate is drawn towards that of its category, and that
    towards the shop's, by 20 buyers each: few buyers prove little, fewer than 20 in the whole shop nothing.
    """
    bought = pairs[pairs["first_purchase_days"] >= _DAYS_TO_RETURN]
    buyers = np.bincount(bought["item_key"], minlength=len(items))
    again = np.bincount(bought["item_key"], weights=bought["purchase_day_count"] > 1, minlength=len(items))
    if buyers.sum() < _PRIOR_BUYERS:
        return np.full(len(items), np.nan)
    shop_rate = again.sum() / buyers.sum()
    category = items["category"].fillna("").to_numpy(dtype=object)
    sums = pd.DataFrame({"again": again, "buyers": buyers}).groupby(category).transform("sum")
    category_rate = (sums["again"] + _PRIOR_BUYERS * shop_rate) / (sums["buyers"] + _PRIOR_BUYERS)
    return ((again + _PRIOR_BUYERS * category_rate) / (buyers + _PRIOR_BUYERS)).to_numpy()
