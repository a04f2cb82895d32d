"""Vectors from what occurs together: what skip-gram with negative sampling converges to, without sampling.

Skip-gram factorises the matrix of pointwise mutual information, shifted by the log of its negative samples (Levy and
Goldberg 2014). Done by a singular value decomposition, it has no random order of training and needs no other library.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dmp.vectors.singular_vectors import right_singular_vectors

# Negative samples per pair, and the power that takes weight off frequent contexts (Levy, Goldberg and Dagan 2015).
NEGATIVES = 1
SMOOTHING = 0.75
PARAMETERS = (NEGATIVES, SMOOTHING)


def skip_gram_vectors(together: Any, dimensions: int) -> np.ndarray:
    """Return items x dimensions from sparse symmetric counts of pairs: singular vectors by root singular values."""
    values, vectors = right_singular_vectors(mutual_information(together), dimensions)
    return vectors * np.sqrt(values)


def mutual_information(together: Any) -> Any:
    """Return the positive part of log(share of the pair / (share of the one x share of the other)) - log(negatives)."""
    pairs = together.tocoo()
    ones = np.asarray(together.sum(axis=1)).ravel()
    others = np.asarray(together.sum(axis=0)).ravel() ** SMOOTHING
    expected = ones[pairs.row] * others[pairs.col] / max(float(others.sum()), 1e-12)
    pairs.data = np.maximum(np.log(pairs.data / expected) - np.log(NEGATIVES), 0)
    found = pairs.tocsr()
    found.eliminate_zeros()
    return found
