"""Recall what lies near a person in the space of the vectors that were handed in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context


def factorisation(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return the inner products of a person's and each item's vector; 0 without vectors."""
    item_matrix, user_matrix, _ = context.made(vector_matrices)
    return (user_matrix[context.positions(user_keys)] @ item_matrix.T).astype(np.float32)


def vector_matrices(context: Context) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return items x dimensions and people x dimensions, zeros where there is no vector, and which people have one."""
    vectors = context.vectors
    has_vector = np.zeros(len(context.people), dtype=bool)
    if vectors is None or vectors.item_vectors.empty or vectors.user_vectors.empty:
        return np.zeros((len(context.items), 1)), np.zeros((len(context.people), 1)), has_vector
    users = vectors.user_vectors[vectors.user_vectors["user_key"].isin(context.user_keys)]
    items = vectors.item_vectors[vectors.item_vectors["item_id"].isin(context.items["item_id"])]
    ids = context.items["item_id"].to_numpy(dtype=object)
    positions = context.positions(users["user_key"].to_numpy())
    has_vector[positions] = True
    return (
        _placed(items["vector"], np.searchsorted(ids, items["item_id"].to_numpy(dtype=object)), len(ids)),
        _placed(users["vector"], positions, len(context.people)),
        has_vector,
    )


def _placed(vectors: pd.Series, rows: np.ndarray, count: int) -> np.ndarray:
    """Put vectors into the rows of a matrix, rounded to multiples of 2^-12: sums of products of such numbers are exact
    in float64, in any order.
    """
    if not len(vectors):
        return np.zeros((count, 1))
    values = np.stack(vectors.to_list()).astype(np.float64)
    matrix = np.zeros((count, values.shape[1]))
    matrix[rows] = np.round(values * 4096) / 4096
    return matrix
