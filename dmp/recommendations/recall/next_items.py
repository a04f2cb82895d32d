"""Recall what people went on to after the items that a person touched last."""

from __future__ import annotations

from typing import Any

import numpy as np

from dmp.recommendations.context import Context
from dmp.recommendations.neighbours import strongest

# A person's last days of activity, each counting half of the one after it.
LAST_DAYS = 3
ITEMS_PER_DAY = 50
NEIGHBOUR_COUNT = 100
# So many followers at no item stand behind every share: what was followed once by something proves little.
_PRIOR_COUNT = 5


def next_items(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return how often an item followed the person's latest ones, on the next active day or the one after that."""
    followers, _ = context.learning.made(transitions)
    _, latest = context.made(transitions)
    return (latest[context.positions(user_keys)] @ followers).toarray()


def transitions(context: Context) -> tuple[Any, Any]:
    """Return items x items, the decayed share of days with an item that led to another, and people x their last items.

    A first-order Markov chain over active days, a step over one day counting half; each pair of days weighs 1 in all.
    """
    from scipy.sparse import csr_matrix, diags

    days = context.active_days
    acts = strongest(days.acts, ITEMS_PER_DAY)
    acts.data[:] = 1
    shares = (diags((1 / np.maximum(np.diff(acts.indptr), 1)).astype(np.float32)) @ acts).tocsr()
    followers = csr_matrix((acts.shape[1], acts.shape[1]), dtype=np.float32)
    for step in (1, 2):
        rows = np.flatnonzero(days.people[:-step] == days.people[step:])
        decay = diags(days.weights[rows + step] / np.float32(step))
        followers = followers + acts[rows].T @ decay @ shares[rows + step]
    support = np.asarray((diags(days.weights) @ acts).sum(axis=0)).ravel()
    followers = (diags((1 / (support + _PRIOR_COUNT)).astype(np.float32)) @ followers).tocsr()
    return strongest(followers, min(NEIGHBOUR_COUNT, followers.shape[1])), (
        days.last_rows(LAST_DAYS) @ shares
    ).tocsr()
