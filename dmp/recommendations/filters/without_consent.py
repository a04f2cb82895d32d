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
    return only_popular(kept, refuses[~(refuses & is_personal)]), removed


def only_popular(candidates: pd.DataFrame, is_blank: np.ndarray) -> pd.DataFrame:
    """Return candidates without what channels but the popular one know of some of them."""
    popular = [name for name in candidates.columns if name.startswith("popular_lately_")]
    blank = candidates.columns.difference(["user_key", "item_key", *popular])
    candidates = candidates.copy()
    candidates.loc[is_blank, blank] = np.nan
    return candidates
