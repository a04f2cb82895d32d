"""Recall what goes together with what a person bought or looked at."""

from __future__ import annotations

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.ordering import best_of_matrix


def recall_item_to_item(context: Context, people: pd.DataFrame, quota: int) -> pd.DataFrame:
    """Return items by the sum of their similarities to a person's own items, weighted by how lately."""
    user_keys = people["user_key"].to_numpy()
    weights = context.person_weights[context.positions(user_keys)]
    neighbours = context.neighbours
    return best_of_matrix(
        user_keys, lambda rows: (weights[rows] @ neighbours).toarray(), len(context.items), quota
    )
