"""People as rows of numbers, for each representation that is tried and for what needs none."""

from __future__ import annotations

from typing import Any

import numpy as np

from dmp.vectors.representation import Fitted
from dmp.vectors.trial_facts import Situation


def known_of_judged(here: Situation, items: np.ndarray, by: str = "points") -> Any:
    """Return what was known of the people that are judged at their cut (see `Behaviour.known`): people x items."""
    return here.behaviour.known(items, by)[here.people]


def placed(fitted: Fitted, known: Any, matrix: Any) -> np.ndarray:
    """Return each person's direction in the space, and how much they did at all (by people x items)."""
    vectors = fitted.place(known, fitted.vectors)
    length = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return np.hstack([vectors / length * np.sqrt(vectors.shape[1]), _amount(matrix)])


def group_shares(matrix: Any, membership: Any) -> np.ndarray:
    """Return each person's share in every group of items, and how much they did at all."""
    shares = (matrix @ membership).toarray()
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    spread = shares.std(axis=0)
    return np.hstack([(shares - shares.mean(axis=0)) / np.where(spread > 0, spread, 1), _amount(matrix)])


def tf_idf(matrix: Any) -> Any:
    """Return people x items by how rare an item is, each row of length 1 or nothing."""
    from scipy.sparse import diags
    from sklearn.preprocessing import normalize

    buyers = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return normalize(matrix @ diags(1 + np.log(matrix.shape[0] / (1 + buyers))))


def _amount(matrix: Any) -> np.ndarray:
    """Return log(1 + sum of a row) - 3: about 0 with a spread of about 1 for most people."""
    return np.asarray(np.log1p(matrix.sum(axis=1))) - 3
