"""Recall what people of the same cluster bought lately: those who spend, order and look about as much, as lately."""

from __future__ import annotations

import numpy as np

from dmp.recommendations.context import Context
from dmp.recommendations.recall.popular_in_region import group_buyers, of_own_group


def popular_in_segment(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return buyers of the last 30 days in the person's cluster; 0 where it has none or buys too little."""
    return of_own_group(context, "segment_id", context.made(segment_buyers), user_keys)


def segment_buyers(context: Context) -> np.ndarray:
    """Return `group_buyers` of clusters."""
    return group_buyers(context, "segment_id")
