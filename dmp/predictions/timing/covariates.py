"""Features as the columns of a linear model: logarithms, standardised; categories as 0/1; no model lives here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dmp.predictions.candidates.feature_columns import FeatureColumns


@dataclass(frozen=True)
class Covariates:
    """Columns by name and, for the numbers in their order, how they are filled and scaled."""

    numbers: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]
    largest: tuple[float, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]

    @classmethod
    def learned_from(cls, rows: pd.DataFrame, features: Sequence[str]) -> Covariates:
        """Return the scaling of `features` in `rows`; one that is undefined counts as the largest seen."""
        columns = FeatureColumns.learned_from(rows, features)
        logged = _logged(columns, rows)
        largest = np.nan_to_num(pd.DataFrame(logged).max().to_numpy(dtype="float64"))
        filled = np.where(np.isnan(logged), largest, logged)
        spread = filled.std(axis=0)
        spread[spread < 1e-12] = 1.0
        numbers = (tuple(map(float, values)) for values in (largest, filled.mean(axis=0), spread))
        return cls(columns.numbers, columns.levels, *numbers)

    def matrix(self, table: pd.DataFrame) -> np.ndarray:
        """Return one row per row of `table`: numbers, then one column per level of each category."""
        columns = FeatureColumns(self.numbers, self.levels)
        logged = _logged(columns, table)
        filled = np.where(np.isnan(logged), np.array(self.largest), logged)
        scaled = (filled - np.array(self.mean)) / np.array(self.spread)
        return np.hstack([scaled, columns.one_hot(table)])


def _logged(columns: FeatureColumns, table: pd.DataFrame) -> np.ndarray:
    matrix = columns.matrix(table)[:, : len(columns.numbers)]
    return np.sign(matrix) * np.log1p(np.abs(matrix))
