"""People as rows of numbers, for each representation that is tried and for what needs none."""

from __future__ import annotations

from typing import Any

import numpy as np

from dmp.vectors.behaviour import weights
from dmp.vectors.representation import Representation
from dmp.vectors.trial_facts import Situation


def known_matrix(here: Situation, items: np.ndarray) -> Any:
    """Return sparse people x items of the people that are judged, by what was known at their cut."""
    points = here.behaviour.points
    points = points[points["item_id"].isin(items)]
    return weights(points, here.behaviour.users, items)[here.people]


def placed(representation: Representation, basis: np.ndarray, matrix: Any) -> np.ndarray:
    """Return each person's direction in the space, and how much they did at all."""
    vectors = representation.place(matrix, basis)
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
