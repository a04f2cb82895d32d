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
    weights = context.made(term_weights)
    return (weights[context.positions(user_keys)] @ context.learning.made(likeness)).toarray()


def term_weights(context: Context) -> Any:
    """Return people x items with BM25 weights: how rare an item is, and how much people have, as learned."""
    weights = context.person_weights.tocsr().astype(np.float64)
    lengths = np.asarray(weights.sum(axis=1)).ravel()
    learnt = context.learning.person_weights.astype(np.float64)
    holders = np.bincount(learnt.indices, minlength=learnt.shape[1])
    rarity = np.log1p(learnt.shape[0] / (1 + holders))
    usual = max(np.asarray(learnt.sum(axis=1)).sum() / max(1, learnt.shape[0]), 1e-9)
    row = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    length = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths[row] / usual
    weights.data = (
        rarity[weights.indices] * weights.data * (SATURATION + 1) / (weights.data + SATURATION * length)
    )
    return weights.astype(np.float32)


def likeness(context: Context) -> Any:
    """Return items x items: inner products with the nearest others."""
    weights = context.made(term_weights)
    products = (weights.T @ weights).tocsr()
    products.setdiag(0)
    products.eliminate_zeros()
    return strongest(products, min(NEIGHBOUR_COUNT, products.shape[1]))
