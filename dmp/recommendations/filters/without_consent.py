"""Without consent to personalisation, only what is popular is shown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, nothing_removed, split


def without_consent(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Leave people who have not consented to personalisation only what is popular, and nothing else about
    it.
    """
    refuses = ~context.has_consented(candidates["user_key"].to_numpy())
    if not refuses.any():
        return nothing_removed(candidates, "without_consent")
    is_personal = candidates["popular_lately_rank"].isna().to_numpy()
    detail = "no consent to personalisation: only what is popular remains"
    kept, removed = split(candidates, refuses & is_personal, "without_consent", detail)
    popular = [name for name in kept.columns if name.startswith("popular_lately_")]
    blank = kept.columns.difference(["user_key", "item_key", *popular])
    kept = kept.copy()
    kept.loc[refuses[~(refuses & is_personal)], blank] = np.nan
    return kept, removed
