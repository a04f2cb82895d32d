"""Recall what a person has bought before: most often and most lately first."""

from __future__ import annotations

import numpy as np

from dmp.recommendations.context import Context


def own_purchases(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return decayed purchase days."""
    return context.own("habit", user_keys)
