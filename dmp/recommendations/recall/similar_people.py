"""Recall what people with the same taste bought lately."""

from __future__ import annotations

from typing import Any

import numpy as np

from dmp.recommendations.context import Context
from dmp.recommendations.neighbours import strongest

NEIGHBOUR_COUNT = 100
# Keys are hashes, so the smallest are a fair sample; the cost grows with people times these.
PEOPLE_LIMIT = 10_000


def similar_people(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return what the nearest people (cosine over rare items) did lately, weighted by how near they are."""
    other_keys, other_tastes, lately = context.learning.made(neighbourhood)
    likeness = (context.made(tastes)[context.positions(user_keys)] @ other_tastes).tocsr()
    row = np.repeat(np.arange(len(user_keys)), np.diff(likeness.indptr))
    likeness.data[other_keys[likeness.indices] == user_keys[row]] = 0
    likeness.eliminate_zeros()
    return (strongest(likeness, NEIGHBOUR_COUNT) @ lately).toarray().astype(np.float32)


def tastes(context: Context) -> Any:
    """Return people x items of unit length.

    An item counts by its rarity among people (inverse user frequency, Breese et al. 1998, section 2.2).
    """
    from scipy.sparse import diags

    learnt = context.learning.person_weights
    holders = np.bincount(learnt.indices, minlength=learnt.shape[1])
    rarity = np.log1p(learnt.shape[0] / (1 + holders)).astype(np.float32)
    taste = (context.person_weights > 0).astype(np.float32) @ diags(rarity)
    norms = np.sqrt(np.asarray(taste.multiply(taste).sum(axis=1)).ravel())
    return (diags((1 / np.maximum(norms, 1e-9)).astype(np.float32)) @ taste).tocsr()


def neighbourhood(context: Context) -> tuple[np.ndarray, Any, Any]:
    """Return the keys of those who may be neighbours, items x their tastes, and their late acts x items."""
    lately = context.late_weights
    others = np.flatnonzero(np.diff(lately.indptr) > 0)[:PEOPLE_LIMIT]
    return context.user_keys[others], context.made(tastes)[others].T.tocsr(), lately[others]
