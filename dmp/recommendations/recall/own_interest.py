"""Recall what a person lately looked at, carted or marked."""

from __future__ import annotations

import numpy as np

from dmp.recommendations.context import Context


def own_interest(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return decayed interest (a look 1, a cart or favourite 3, at most 20 a day)."""
    return context.own("interest", user_keys)
