"""Who is held out gets what is popular or nothing, so that it shows what personal lists bring."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, nothing_removed, split
from dmp.recommendations.filters.without_consent import only_popular

RULE = "held_out"


def held_out(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Leave people in the hold-out what is popular, or nothing where it has no policy; nothing personal about it."""
    keys = candidates["user_key"].to_numpy()
    is_held = context.is_held_out(keys)
    if context.held_out is None or not is_held.any():
        return nothing_removed(candidates, RULE)
    has_list = np.isin(keys, context.held_out.loc[context.held_out["policy"].notna(), "user_key"])
    is_removed = is_held & ~(has_list & candidates["popular_lately_rank"].notna().to_numpy())
    detail = np.where(has_list, "held out: only what is popular remains", "held out: no list")
    kept, removed = split(candidates, is_removed, RULE, detail.astype(object))
    return only_popular(kept, is_held[~is_removed]), removed
