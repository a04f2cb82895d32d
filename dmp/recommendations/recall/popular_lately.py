"""Recall what most people bought lately: the one channel that looks at nobody's own facts."""

from __future__ import annotations

import numpy as np

from dmp.recommendations.context import Context


def popularity(context: Context) -> np.ndarray:
    """Return one number per item: buyers of the last 30 days, those of the last 7 twice; a viewer counts
    1/100.
    """
    counts = context.items[["buyers_30d", "buyers_7d", "viewers_30d"]].fillna(0).to_numpy(dtype=np.float64)
    return counts @ np.array([1, 1, 0.01])


def popular_lately(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return the same scores for everyone; where nothing was bought lately, the most viewed lead."""
    return np.tile(popularity(context).astype(np.float32), (len(user_keys), 1))
