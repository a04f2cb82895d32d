"""One representation from several: what their views of an item have in common."""

from __future__ import annotations

import numpy as np

from dmp.vectors.behaviour import Behaviour
from dmp.vectors.factorisation import FACTORISATION
from dmp.vectors.graph_walks import DEEPWALK
from dmp.vectors.item_sequences import ITEM2VEC
from dmp.vectors.representation import Representation
from dmp.vectors.singular_vectors import right_singular_vectors

VIEWS = (FACTORISATION, ITEM2VEC, DEEPWALK)
# Directions in which a view hardly varies are left out: whitened, they would be noise as loud as the rest.
_SMALLEST_SHARE = 1e-6


def fit(behaviour: Behaviour, dimensions: int) -> np.ndarray:
    """Return the directions that the whitened views share most (Kettenring 1971: correlation of many sets)."""
    views = np.hstack([whitened(view.fitted(behaviour, dimensions).vectors) for view in VIEWS])
    values, items = right_singular_vectors(views.T, min(dimensions, *views.shape))
    return items * values


def whitened(vectors: np.ndarray) -> np.ndarray:
    """Return the vectors with mean 0, and variance 1 in every direction in which they vary at all."""
    centred = vectors - vectors.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred / len(centred))
    is_kept = variances > _SMALLEST_SHARE * variances.max()
    return np.asarray(centred @ directions[:, is_kept] / np.sqrt(variances[is_kept]))


FUSION = Representation(
    "fusion",
    fit,
    reads=("days", "attributes"),
    parameters=tuple((view.name, view.parameters) for view in VIEWS),
)
