"""Recall what others looked at on the same day as the items of a person's latest visit."""

from __future__ import annotations

from typing import Any

import numpy as np

from dmp.recommendations.context import Context
from dmp.recommendations.neighbours import strongest

# A visit older than this says nothing of what is wanted now.
SESSION_DAYS = 7
ITEMS_PER_DAY = 50
NEIGHBOUR_COUNT = 60
_PRIOR_COUNT = 5


def session(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return the sum of the shares of days with each item of the latest active day that also held another item."""
    together, _ = context.learning.made(visits)
    _, latest = context.made(visits)
    return (latest[context.positions(user_keys)] @ together).toarray()


def visits(context: Context) -> tuple[Any, Any]:
    """Return items x items: decayed cosine over active days; and people x the items of their last active day,
    by points, if it lies within SESSION_DAYS.
    """
    from scipy.sparse import diags

    days = context.active_days
    acts = strongest(days.acts, ITEMS_PER_DAY)
    decayed = diags(days.weights) @ acts
    support = np.sqrt(np.asarray(decayed.multiply(acts).sum(axis=0)).ravel()) + _PRIOR_COUNT**0.5
    scale = diags((1 / support).astype(np.float32))
    together = (scale @ (acts.T @ decayed) @ scale).tocsr()
    together.setdiag(0)
    together.eliminate_zeros()
    latest = (days.last_rows(1, SESSION_DAYS) @ acts).tocsr()
    return strongest(together, min(NEIGHBOUR_COUNT, together.shape[1])), latest
