"""Items that may not be sold somewhere are shown to people known to be elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, of_people, split


def blocked_region(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items blocked in the person's region; an unknown region may be a blocked one."""
    blocked = context.items["blocked_regions"]
    has_rule = np.array(
        [isinstance(regions, list | np.ndarray) and len(regions) > 0 for regions in blocked], dtype=bool
    )
    is_removed = has_rule[candidates["item_key"].to_numpy()]
    rows = np.flatnonzero(is_removed)
    regions = blocked.iloc[candidates["item_key"].to_numpy()[rows]]
    own = of_people(context, candidates.iloc[rows], "region").astype(object)
    is_removed[rows] = [pd.isna(here) or here in set(there) for here, there in zip(own, regions, strict=True)]
    detail = np.full(len(candidates), "", dtype=object)
    detail[rows] = "region " + own.where(own.notna(), "unknown").to_numpy(dtype=object)
    return split(candidates, is_removed, "blocked_region", detail)
