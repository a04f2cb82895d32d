"""Logistic regression whose numbers enter as broken lines, so that an effect may bend; categories enter as 0/1 columns.

Linear splines with knots at quantiles (Harrell 2015, Regression Modeling Strategies, section 2.4.3), and a 0/1 column
for the smallest value, which often means "none". Outside of what was seen a line stays level.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.candidates.candidate import Question
from dmp.predictions.candidates.feature_columns import FeatureColumns
from dmp.predictions.cuts import NotLearnable

KNOT_COUNT = 5
REGULARISATION = 0.02  # inverse strength; log-loss of telephone churn 0.4112, with five times it 0.4116
LARGEST_PLAIN = 20.0  # numbers that reach beyond are read as logarithms
BASE = "(base value)"


@dataclass(frozen=True)
class Curve:
    """How one number enters: limits and knots on its scale, what stands for a missing one."""

    is_logged: bool
    lowest: float
    highest: float
    fill: float
    knots: tuple[float, ...]

    @classmethod
    def through(cls, values: np.ndarray) -> Curve:
        """Return the curve for a column of which some values may be NaN."""
        known = values[~np.isnan(values)]
        if not len(known):
            return cls(False, 0.0, 0.0, 0.0, ())
        is_logged = bool(np.abs(known).max() > LARGEST_PLAIN)
        scaled = np.sign(known) * np.log1p(np.abs(known)) if is_logged else known
        quantiles = np.unique(np.quantile(scaled, np.linspace(0, 1, KNOT_COUNT + 1)))
        inner = quantiles[:-1] if len(np.unique(scaled)) > KNOT_COUNT + 2 else quantiles[:0]
        low, high = float(scaled.min()), float(scaled.max())
        return cls(is_logged, low, high, float(np.median(scaled)), tuple(map(float, inner)))

    def columns(self, values: np.ndarray) -> np.ndarray:
        """Return value, one hinge per knot, whether it is the smallest, whether it is missing."""
        scaled = np.sign(values) * np.log1p(np.abs(values)) if self.is_logged else values
        filled = np.clip(np.where(np.isnan(scaled), self.fill, scaled), self.lowest, self.highest)
        hinges = [np.maximum(filled - knot, 0.0) for knot in self.knots]
        return np.column_stack([filled, *hinges, filled == self.lowest, np.isnan(values)])


@dataclass(frozen=True)
class FittedCurves:
    """A curve per number, levels per category, and per input column its mean, spread and coefficient."""

    name: str
    numbers: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]
    curves: tuple[Curve, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return log-odds."""
        return self._products(table).sum(axis=1) + self.intercept

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return per feature the sum of coefficient times input, and the intercept."""
        products = self._products(table)
        widths = [len(curve.knots) + 3 for curve in self.curves]
        owners = [name for name, width in zip(self.numbers, widths, strict=True) for _ in range(width)]
        owners += [name for name, levels in self.levels.items() for _ in levels]
        places = {name: [at for at, owner in enumerate(owners) if owner == name] for name in owners}
        parts = {name: products[:, columns].sum(axis=1) for name, columns in places.items()}
        return pd.DataFrame({**parts, BASE: np.full(len(table), self.intercept)})

    def files(self) -> dict[str, bytes]:
        """Return curves.json."""
        return {"curves.json": json.dumps(asdict(self)).encode()}

    def _products(self, table: pd.DataFrame) -> np.ndarray:
        inputs = _inputs(FeatureColumns(self.numbers, self.levels), self.curves, table)
        return (inputs - np.array(self.mean)) / np.array(self.spread) * np.array(self.coefficients)


@dataclass(frozen=True)
class Curves:
    """The regression; `regularisation` is the inverse strength of its penalty."""

    name: str = "logistic_curves"
    regularisation: float = REGULARISATION
    answers: frozenset[str] = field(default=frozenset({"chance"}))

    def fit(self, rows: pd.DataFrame, question: Question) -> FittedCurves:
        """Learn from rows with `label`; raises NotLearnable where no feature tells rows apart or labels are equal."""
        from sklearn.linear_model import LogisticRegression

        columns = FeatureColumns.learned_from(rows, question.features)
        labels = rows["label"].to_numpy()
        if len(set(labels)) < 2 or not columns.names:
            raise NotLearnable("a regression needs both labels and at least one feature")
        matrix = columns.matrix(rows)
        curves = tuple(Curve.through(matrix[:, place]) for place in range(len(columns.numbers)))
        inputs = _inputs(columns, curves, rows)
        mean, spread = inputs.mean(axis=0), inputs.std(axis=0)
        spread[spread < 1e-9] = 1.0
        model = LogisticRegression(C=self.regularisation, max_iter=1000)
        model.fit((inputs - mean) / spread, labels)
        return FittedCurves(
            name=self.name,
            numbers=columns.numbers,
            levels=columns.levels,
            curves=curves,
            mean=tuple(map(float, mean)),
            spread=tuple(map(float, spread)),
            coefficients=tuple(map(float, model.coef_[0])),
            intercept=float(model.intercept_[0]),
        )

    def load(self, files: dict[str, bytes]) -> FittedCurves:
        """Read curves.json."""
        stored: dict[str, Any] = json.loads(files["curves.json"])
        for name in ("numbers", "mean", "spread", "coefficients"):
            stored[name] = tuple(stored[name])
        stored["levels"] = {name: tuple(values) for name, values in stored["levels"].items()}
        stored["curves"] = tuple(Curve(**{**one, "knots": tuple(one["knots"])}) for one in stored["curves"])
        return FittedCurves(**stored)


def _inputs(columns: FeatureColumns, curves: tuple[Curve, ...], table: pd.DataFrame) -> np.ndarray:
    matrix = columns.matrix(table)
    bent = [curve.columns(matrix[:, place]) for place, curve in enumerate(curves)]
    return np.hstack([*bent, columns.one_hot(table)])
