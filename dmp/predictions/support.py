"""Whether a person is like those that were learned from; where not, no score is given but the reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dmp.predictions.candidates.candidate import Question
from dmp.settings import DmpError

# A log grows: tenure and sums since the beginning pass what was learned from, in a young log by as much again.
WIDTHS = 2.0
FOREIGN_SHARE = 0.1


@dataclass(frozen=True)
class Support:
    """Smallest and largest value of each numeric feature among the training rows."""

    features: tuple[str, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]

    @classmethod
    def of(cls, rows: pd.DataFrame, question: Question) -> Support:
        """Return the support of training rows."""
        features = tuple(name for name in question.features if pd.api.types.is_numeric_dtype(rows[name]))
        values = rows[list(features)].astype("float64").replace([np.inf, -np.inf], np.nan)
        lowest, highest = values.min().fillna(0.0), values.max().fillna(0.0)
        return cls(features, tuple(map(float, lowest)), tuple(map(float, highest)))

    def reasons(self, table: pd.DataFrame) -> list[str | None]:
        """Return per row why it lies outside: more than a tenth of its features far beyond anything seen, or None.

        Raises DmpError naming the columns that are missing.
        """
        if missing := sorted(set(self.features) - set(table.columns)):
            raise DmpError(f"the table does not fit the model: missing {missing}")
        values = table[list(self.features)].astype("float64").to_numpy()
        lowest, highest = np.array(self.lowest), np.array(self.highest)
        width = np.maximum(highest - lowest, 1.0) * WIDTHS
        with np.errstate(invalid="ignore"):
            outside = (values < lowest - width) | (values > highest + width) | np.isinf(values)
        foreign = outside.mean(axis=1) > FOREIGN_SHARE if self.features else np.zeros(len(table), dtype=bool)
        return [
            self._reason(values[row], outside[row]) if is_foreign else None
            for row, is_foreign in enumerate(foreign)
        ]

    def _reason(self, values: np.ndarray, outside: np.ndarray) -> str:
        first = int(np.flatnonzero(outside)[0])
        return (
            f"unlike anyone learned from: {int(outside.sum())} of {len(self.features)} metrics, such as "
            f"{self.features[first]} {values[first]:.6g} "
            f"(learned: {self.lowest[first]:.6g} to {self.highest[first]:.6g})"
        )
