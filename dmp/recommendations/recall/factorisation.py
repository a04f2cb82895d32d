"""Recall what lies near a person in the space of the vectors that were handed in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.ordering import best_of_matrix


def recall_factorisation(context: Context, people: pd.DataFrame, quota: int) -> pd.DataFrame:
    """Return items by the inner product of a person's and an item's vector; nothing without vectors."""
    item_matrix, user_keys, user_matrix = vector_matrices(context, people)
    return best_of_matrix(user_keys, lambda rows: user_matrix[rows] @ item_matrix.T, len(item_matrix), quota)


def vector_matrices(context: Context, people: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return items x dimensions (zeros where an item has no vector), the people with vectors, and their
    matrix.
    """
    vectors = context.vectors
    if vectors is None or vectors.item_vectors.empty or vectors.user_vectors.empty:
        return np.zeros((len(context.items), 1)), np.empty(0, dtype=np.int64), np.zeros((0, 1))
    users = vectors.user_vectors
    users = users[users["user_key"].isin(people["user_key"])].sort_values("user_key")
    dimensions = len(vectors.item_vectors["vector"].iloc[0])
    item_matrix = np.zeros((len(context.items), dimensions))
    known = vectors.item_vectors[vectors.item_vectors["item_id"].isin(context.items["item_id"])]
    rows = np.searchsorted(
        context.items["item_id"].to_numpy(dtype=object), known["item_id"].to_numpy(dtype=object)
    )
    item_matrix[rows] = _exact(known["vector"]) if len(known) else 0
    user_matrix = _exact(users["vector"]) if len(users) else np.zeros((0, dimensions))
    return item_matrix, users["user_key"].to_numpy(), user_matrix


def _exact(vectors: pd.Series) -> np.ndarray:
    """Round to multiples of 2^-12: products and sums of such numbers are exact in float64, in any order."""
    return np.round(np.stack(vectors.to_list()).astype(np.float64) * 4096) / 4096
