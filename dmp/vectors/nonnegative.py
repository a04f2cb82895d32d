"""Items and people as sums of tastes, none negative: non-negative matrix factorisation (Lee and Seung 1999)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from dmp.vectors.behaviour import Behaviour
from dmp.vectors.representation import Representation

# The error of `online_retail` falls by less than a thousandth after these.
_FIT_ROUNDS = 60
_PLACE_ROUNDS = 30
_SMALLEST = 1e-12


def fit(behaviour: Behaviour, dimensions: int) -> np.ndarray:
    """Return each item's share in each taste; the columns have length 1, so that affinities are of one scale."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    model = NMF(dimensions, init="nndsvda", random_state=0, max_iter=_FIT_ROUNDS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(behaviour.matrix)
    tastes = model.components_
    return (tastes / np.maximum(np.linalg.norm(tastes, axis=1, keepdims=True), _SMALLEST)).T


def place(matrix: Any, items: np.ndarray) -> np.ndarray:
    """Return the non-negative sums of tastes nearest to each person (least squares by coordinate descent).

    A fixed number of rounds from nothing: nobody's place depends on who else is placed.
    """
    wanted, alike = np.asarray(matrix @ items), items.T @ items
    placed = np.zeros_like(wanted)
    for _ in range(_PLACE_ROUNDS):
        for taste in np.flatnonzero(np.diag(alike) > _SMALLEST):
            step = (wanted[:, taste] - placed @ alike[:, taste]) / alike[taste, taste]
            placed[:, taste] = np.maximum(placed[:, taste] + step, 0)
    return placed


NONNEGATIVE = Representation("nonnegative", fit, place, parameters=(_FIT_ROUNDS, _PLACE_ROUNDS))
