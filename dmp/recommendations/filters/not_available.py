"""What no licence covers, or the shop does not sell, on the day on which the list is read is not shown."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, nothing_removed, of_items, split

RULE = "not_available"


def not_available(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items whose window leaves out the day after the cut: the lists of a cut are read from then on."""
    if context.items[["available_from", "available_to"]].isna().all(axis=None):
        return nothing_removed(candidates, RULE)
    read_on = pd.Timestamp(context.cut + timedelta(days=1))
    first = pd.to_datetime(of_items(context, candidates, "available_from"))
    last = pd.to_datetime(of_items(context, candidates, "available_to"))
    is_early, is_late = (first > read_on).to_numpy(), (last < read_on).to_numpy()
    detail = ("available from " + first.dt.strftime("%Y-%m-%d")).where(
        is_early, "available until " + last.dt.strftime("%Y-%m-%d")
    )
    return split(candidates, is_early | is_late, RULE, detail.to_numpy(dtype=object))
