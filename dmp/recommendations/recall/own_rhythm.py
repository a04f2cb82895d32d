"""Recall what a person buys again and again when it is due."""

from __future__ import annotations

import numpy as np

from dmp.recommendations.context import Context

# A gap longer than this share of the usual one is as due as can be; after three usual gaps it was given up.
DUE, GIVEN_UP = 1.0, 3.0


def own_rhythm(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return how due each item is that was bought on two days or more: days since the last against the usual gap."""
    count, first, last = (
        context.own(name, user_keys)
        for name in ("purchase_day_count", "first_purchase_days", "last_purchase_days")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (last + 1) / np.maximum((first - last) / (count - 1), 1)
    due = np.where(ratio > GIVEN_UP, 0, np.minimum(ratio, DUE) * np.log1p(count))
    return np.where(count > 1, due, 0).astype(np.float32)
