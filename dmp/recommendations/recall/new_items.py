"""Recall what has just come into the catalogue and is already bought or looked at."""

from __future__ import annotations

import numpy as np

from dmp.recommendations.context import Context
from dmp.recommendations.recall.popular_lately import popularity

# An item is new for so many days.
NEW_DAYS = 30


def new_items(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return popularity per day of life of the items of the last 30 days, the same for everyone."""
    age = context.items["item_age_days"].to_numpy(dtype=np.float64)
    score = np.where(age < NEW_DAYS, popularity(context) / np.maximum(age, 1), 0)
    return np.tile(score.astype(np.float32), (len(user_keys), 1))
