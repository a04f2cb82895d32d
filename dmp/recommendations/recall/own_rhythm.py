"""Recall what a person buys again and again when it is due."""

from __future__ import annotations

from typing import Any

import numpy as np

from dmp.recommendations.context import Context

# A gap longer than this share of the usual one is as due as can be; after three usual gaps it was given up.
DUE, GIVEN_UP = 1.0, 3.0


def own_rhythm(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return how due each item is that was bought on two days or more: days since the last against the usual gap."""
    return context.made(dueness)[context.positions(user_keys)].toarray()


def dueness(context: Context) -> Any:
    """Return the same for everyone, as a sparse matrix."""
    count, first, last = (
        context.pairs[name].fillna(0).to_numpy(dtype=np.float32)
        for name in ("purchase_day_count", "first_purchase_days", "last_purchase_days")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (last + 1) / np.maximum((first - last) / (count - 1), 1)
    due = np.where(ratio > GIVEN_UP, 0, np.minimum(ratio, DUE) * np.log1p(count))
    return context.pair_matrix(np.where(count > 1, due, 0))
