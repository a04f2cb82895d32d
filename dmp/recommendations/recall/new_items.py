"""Recall what has just come into the catalogue and is already bought or looked at."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.ordering import ranked
from dmp.recommendations.recall.popular_lately import popularity

# An item is new for so many days.
NEW_DAYS = 30


def recall_new_items(context: Context, people: pd.DataFrame, quota: int) -> pd.DataFrame:
    """Return items of the last 30 days by popularity per day of their life, the same for everyone."""
    age = context.items["item_age_days"].to_numpy(dtype=np.float64)
    score = popularity(context) / np.maximum(age, 1)
    new = np.flatnonzero((age < NEW_DAYS) & (score > 0) & context.items["is_known"].to_numpy())
    best = new[np.lexsort((new, -score[new]))][:quota]
    user_key = np.repeat(people["user_key"].to_numpy(), len(best))
    return ranked(user_key, np.tile(best, len(people)), np.tile(score[best], len(people)), quota)
