"""Rows as numbers, by the names of their columns; no model lives here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from dmp.settings import DmpError


@dataclass(frozen=True)
class FeatureColumns:
    """The columns that a model learned from: numbers, and the levels of each category in the order of their codes."""

    numbers: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]

    @classmethod
    def learned_from(cls, rows: pd.DataFrame, features: Sequence[str]) -> FeatureColumns:
        """Return the columns `features` of `rows`: whatever is not numeric is a category."""
        numbers = tuple(name for name in features if is_numeric_dtype(rows[name]))
        texts = [name for name in features if name not in numbers]
        return cls(numbers, {name: tuple(sorted(rows[name].dropna().astype(str).unique())) for name in texts})

    @property
    def names(self) -> tuple[str, ...]:
        """All columns in the order of `matrix`."""
        return (*self.numbers, *self.levels)

    def matrix(self, table: pd.DataFrame) -> np.ndarray:
        """Return one float row per row: numbers (NaN where undefined or infinite), then codes (NaN: unknown level).

        Raises DmpError naming the columns that are missing.
        """
        if missing := sorted(set(self.names) - set(table.columns)):
            raise DmpError(f"the table does not fit the model: missing {missing}")
        matrix = table[list(self.numbers)].to_numpy(dtype="float64", na_value=np.nan, copy=True)
        if self.levels:
            codes = [self._codes(table[name], levels) for name, levels in self.levels.items()]
            matrix = np.column_stack([matrix, *codes])
        matrix[np.isinf(matrix)] = np.nan
        return matrix

    def one_hot(self, table: pd.DataFrame) -> np.ndarray:
        """Return one 0/1 column per level of each category; an unknown level is 0 everywhere."""
        shown = [table[name].astype("str").to_numpy() for name in self.levels]
        columns = [
            np.asarray(values == level, dtype="float64")
            for values, levels in zip(shown, self.levels.values(), strict=True)
            for level in levels
        ]
        return np.column_stack(columns) if columns else np.zeros((len(table), 0))

    @staticmethod
    def _codes(values: pd.Series, levels: tuple[str, ...]) -> np.ndarray:
        codes = pd.Index(levels, dtype="str").get_indexer(pd.Index(values.astype("str"))).astype("float64")
        return np.where(codes < 0, np.nan, codes)
