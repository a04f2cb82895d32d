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
    tastes, others, lately = context.made(neighbourhood)
    positions = context.positions(user_keys)
    likeness = (tastes[positions] @ tastes[others].T).tocsr()
    row = np.repeat(np.arange(len(positions)), np.diff(likeness.indptr))
    likeness.data[others[likeness.indices] == positions[row]] = 0
    likeness.eliminate_zeros()
    return (strongest(likeness, NEIGHBOUR_COUNT) @ lately).toarray().astype(np.float32)


def neighbourhood(context: Context) -> tuple[Any, np.ndarray, Any]:
    """Return people x items of unit length, the positions of those who may be neighbours, and their late acts x items.

    An item counts by its rarity among people (inverse user frequency, Breese et al. 1998, section 2.2).
    """
    from scipy.sparse import diags

    weights = context.person_weights
    holders = np.bincount(weights.indices, minlength=weights.shape[1])
    tastes = (weights > 0).astype(np.float32) @ diags(
        np.log1p(weights.shape[0] / (1 + holders)).astype(np.float32)
    )
    norms = np.sqrt(np.asarray(tastes.multiply(tastes).sum(axis=1)).ravel())
    tastes = (diags((1 / np.maximum(norms, 1e-9)).astype(np.float32)) @ tastes).tocsr()
    lately = context.late_weights
    others = np.flatnonzero(np.diff(lately.indptr) > 0)[:PEOPLE_LIMIT]
    return tastes, others, lately[others]
