"""Recall what a factorisation expects that takes what nobody did as weak evidence against (implicit feedback)."""

from __future__ import annotations

from typing import Any

import numpy as np

from dmp.recommendations.context import Context

# Chosen on Online Retail a month before the cut that figures are told of; with 64 numbers lists were no better.
DIMENSIONS = 32
# From singular vectors, a second pair of steps adds a hundredth to what is found, six more hardly anything.
ROUNDS = 2
# Of a pair without any act, where an act weighs about 1; and what holds vectors back.
UNOBSERVED_WEIGHT = 0.3
REGULARISATION = 0.01
# People or items whose systems of equations are solved at once: 8 MB.
_BLOCK_ROWS = 1000


def alternating_least_squares(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return the inner products of a person's and each item's factors; nothing is expected of who did nothing."""
    from threadpoolctl import threadpool_limits

    items = context.learning.made(item_factors)
    with threadpool_limits(1):
        people = _rounded(solved(context.weights(user_keys).astype(np.float64), items))
    return (people @ items.T).astype(np.float32)


def item_factors(context: Context) -> np.ndarray:
    """Return items x dimensions, multiples of 2^-12 as people's are: their sums of products are exact.

    Hu, Koren and Volinsky (2008), Collaborative Filtering for Implicit Feedback Datasets, on decayed weights. The more
    is known of a person or an item, the more it is held back: Rendle et al. (2022), Revisiting the Performance of iALS
    on Item Recommendation Benchmarks, frequency scaling with exponent 1.
    """
    from sklearn.utils.extmath import randomized_svd
    from threadpoolctl import threadpool_limits

    acts = context.person_weights.astype(np.float64).tocsr()
    dimensions = min(DIMENSIONS, *(size - 1 for size in acts.shape))
    if dimensions < 1 or not acts.nnz:
        return np.zeros((acts.shape[1], 1))
    acts_of_items = acts.T.tocsr()
    # One thread: sums in another order would be other bytes.
    with threadpool_limits(1):
        items = randomized_svd(acts, dimensions, n_iter=4, random_state=0)[2].T
        for _ in range(ROUNDS):
            items = solved(acts_of_items, solved(acts, items))
    return _rounded(items)


def solved(acts: Any, others: np.ndarray) -> np.ndarray:
    """Return the best factors of the rows of a sparse matrix, with those of its columns fixed.

    A row's minimise the sum over its acts of weight x (1 - product)^2, over all columns of UNOBSERVED_WEIGHT x
    product^2, and of REGULARISATION x (acts + UNOBSERVED_WEIGHT x columns) x their squared length.
    """
    dimensions = others.shape[1]
    common = UNOBSERVED_WEIGHT * (others.T @ others)
    held_back = REGULARISATION * (np.diff(acts.indptr) + UNOBSERVED_WEIGHT * acts.shape[1])
    result = np.zeros((acts.shape[0], dimensions))
    for start in range(0, acts.shape[0], _BLOCK_ROWS):
        rows = np.arange(start, min(start + _BLOCK_ROWS, acts.shape[0]))
        left, right = np.empty((len(rows), dimensions, dimensions)), np.empty((len(rows), dimensions))
        for place, row in enumerate(rows):
            own = slice(acts.indptr[row], acts.indptr[row + 1])
            met, weights = others[acts.indices[own]], acts.data[own]
            left[place] = common + (met.T * weights) @ met
            right[place] = weights @ met
        left[:, np.arange(dimensions), np.arange(dimensions)] += held_back[rows, None]
        result[rows] = np.linalg.solve(left, right[:, :, None])[:, :, 0]
    return result


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.round(values * 4096) / 4096)
