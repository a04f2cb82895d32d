"""Recall what goes together with what a person bought or looked at."""

from __future__ import annotations

import numpy as np

from dmp.recommendations.context import Context


def item_to_item(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return the sum of an item's cosine similarities to a person's own items, weighted by how lately."""
    return (context.weights(user_keys) @ context.learning.neighbours).toarray()
