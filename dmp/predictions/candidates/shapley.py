"""Exact parts of an answer that depends on few columns; no model lives here.

Shapley values against one reference row (Lundberg and Lee 2017, "A unified approach to interpreting model predictions",
equation 4): with k columns the model is asked 2^k times, so this is for a handful.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

BASE = "(base value)"


def shapley_parts(
    predict: Callable[[pd.DataFrame], np.ndarray], table: pd.DataFrame, reference: Mapping[str, float]
) -> pd.DataFrame:
    """Return one column per column of `reference`, and the answer for the reference itself: rows sum to `predict`."""
    names = tuple(reference)
    answers = {
        kept: predict(table.assign(**{name: reference[name] for name in names if name not in kept}))
        for size in range(len(names) + 1)
        for kept in combinations(names, size)
    }
    parts = {name: np.zeros(len(table)) for name in names}
    for kept, answer in answers.items():
        for name in names:
            if name in kept:
                continue
            added = answers[tuple(other for other in names if other in kept or other == name)] - answer
            parts[name] += added / (len(names) * comb(len(names) - 1, len(kept)))
    return pd.DataFrame({**parts, BASE: answers[()]})
