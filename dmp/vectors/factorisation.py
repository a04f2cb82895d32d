"""Items as right singular vectors of who did what: PureSVD after Cremonesi, Koren and Turrin (2010), section 3.3."""

from __future__ import annotations

import numpy as np

from dmp.vectors.behaviour import Behaviour
from dmp.vectors.representation import Representation
from dmp.vectors.singular_vectors import right_singular_vectors


def fit(behaviour: Behaviour, dimensions: int) -> np.ndarray:
    """Return the directions along which people differ most."""
    return right_singular_vectors(behaviour.matrix, dimensions)[1]


FACTORISATION = Representation("factorisation", fit)
