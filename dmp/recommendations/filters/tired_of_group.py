"""Who keeps dismissing items of a category or brand has had enough of it for a while."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, nothing_removed, of_items, split, texts

RULE = "tired_of_group"


def tired_of_group(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items of a category or brand in which the person's dismissed items, faded, reach the home's bound.

    A dismissed item counts once, by its last dismissal, and no more once the person bought it after that.
    """
    bounds = context.rules.tired_of_group
    if bounds.dismissals is None:
        return nothing_removed(candidates, RULE)
    weights = np.zeros(len(candidates))
    groups = np.full(len(candidates), "", dtype=object)
    for column in ("category", "brand"):
        group = of_items(context, candidates, column).to_numpy(dtype=object)
        weight = faded_dismissals(context, column, bounds.half_life_days)
        weight = weight[weight >= bounds.dismissals]
        if weight.empty:
            continue
        found = weight.reindex(pd.MultiIndex.from_arrays([candidates["user_key"], group])).fillna(0)
        is_stronger = found.to_numpy() > weights
        weights[is_stronger], groups[is_stronger] = found.to_numpy()[is_stronger], group[is_stronger]
    is_removed = weights >= bounds.dismissals
    detail = texts(is_removed, "dismissed {:.1f} items of {} lately", weights, groups)
    return split(candidates, is_removed, RULE, detail)


def faded_dismissals(context: Context, column: str, half_life_days: int) -> pd.Series:
    """Return the faded number of dismissed items by (user_key, group of `column`)."""
    pairs = context.pairs
    dismissed = pairs["last_dismiss_days"].to_numpy(dtype=np.float64)
    is_open = ~np.isnan(dismissed) & ~(pairs["last_purchase_days"].to_numpy(dtype=np.float64) < dismissed)
    rows = pd.DataFrame(
        {
            "user_key": pairs["user_key"].to_numpy()[is_open],
            "group": context.items[column].to_numpy(dtype=object)[pairs["item_key"].to_numpy()[is_open]],
            "weight": 0.5 ** (dismissed[is_open] / half_life_days),
        }
    )
    return rows.dropna(subset=["group"]).groupby(["user_key", "group"])["weight"].sum()
