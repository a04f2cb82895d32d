"""Recall what is bought on the same day as the items of a person's last purchase, and was not bought with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from dmp.recommendations.context import Context
from dmp.recommendations.neighbours import strongest

ITEMS_PER_BASKET = 50
NEIGHBOUR_COUNT = 60
# So many baskets at no item stand behind every share.
_PRIOR_COUNT = 10


def complements(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return the sum of the shares of baskets with each item of the last purchase that also held another item."""
    together, _ = context.learning.made(baskets)
    _, last = context.made(baskets)
    own = last[context.positions(user_keys)]
    scores = (own @ together).toarray()
    scores[own.toarray() > 0] = 0
    return scores


def baskets(context: Context) -> tuple[Any, Any]:
    """Return items x items: decayed share of the baskets of one item with another, against how usual the other is;
    and people x the items of their last basket.

    The confidence of an association rule (Agrawal et al. 1993) over the square root of the other item's share.
    """
    from scipy.sparse import diags

    days = context.purchase_days
    bought = strongest(days.acts, ITEMS_PER_BASKET)
    bought.data[:] = 1
    decayed = diags(days.weights) @ bought
    together = (bought.T @ decayed).tocsr()
    support = np.asarray(decayed.sum(axis=0)).ravel()
    together.setdiag(0)
    usual = np.sqrt((support + _PRIOR_COUNT) / max(float(days.weights.sum()), 1.0))
    scaled = (
        diags((1 / (support + _PRIOR_COUNT)).astype(np.float32))
        @ together
        @ diags((1 / usual).astype(np.float32))
    )
    scaled = scaled.tocsr()
    scaled.eliminate_zeros()
    return strongest(scaled, min(NEIGHBOUR_COUNT, scaled.shape[1])), (days.last_rows(1) @ bought).tocsr()
