"""Truncated singular value decomposition that gives the same numbers for the same matrix."""

from __future__ import annotations

from typing import Any

import numpy as np


def right_singular_vectors(matrix: Any, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest singular values, and columns x dimensions with each column's largest entry positive.

    A decomposition is unique only up to signs. Randomised (Halko, Martinsson and Tropp 2011), seeded.
    """
    from sklearn.utils.extmath import randomized_svd

    _, values, rows = randomized_svd(
        matrix, n_components=dimensions, n_iter=4, random_state=0, flip_sign=False
    )
    largest = np.abs(rows).argmax(axis=1)
    return values, (rows * np.sign(rows[np.arange(len(rows)), largest])[:, None]).T
