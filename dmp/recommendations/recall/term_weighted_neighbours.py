"""Recall items near a person's own, with people's items weighted like the words of a text (BM25)."""

from __future__ import annotations

from typing import Any

import numpy as np

from dmp.recommendations.context import Context
from dmp.recommendations.neighbours import strongest

# Saturation and length normalisation: Robertson and Zaragoza (2009), section 3.5, their usual values.
SATURATION, LENGTH_SHARE = 1.2, 0.75
NEIGHBOUR_COUNT = 100


def term_weighted_neighbours(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return the sum of an item's likeness to a person's own items, both weighted by BM25."""
    weights, neighbours = context.made(term_weighted)
    return (weights[context.positions(user_keys)] @ neighbours).toarray()


def term_weighted(context: Context) -> tuple[Any, Any]:
    """Return people x items with BM25 weights, and items x items: inner products with the nearest others."""
    weights = context.person_weights.tocsr().astype(np.float64)
    lengths = np.asarray(weights.sum(axis=1)).ravel()
    holders = np.bincount(weights.indices, minlength=weights.shape[1])
    rarity = np.log1p(weights.shape[0] / (1 + holders))
    row = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    length = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths[row] / max(lengths.sum() / max(1, len(lengths)), 1e-9)
    weights.data = (
        rarity[weights.indices] * weights.data * (SATURATION + 1) / (weights.data + SATURATION * length)
    )
    weights = weights.astype(np.float32)
    likeness = (weights.T @ weights).tocsr()
    likeness.setdiag(0)
    likeness.eliminate_zeros()
    return weights, strongest(likeness, min(NEIGHBOUR_COUNT, likeness.shape[1]))
