"""Straight lines in log-odds (of a chance) or in the logarithm of an amount: logistic and Poisson regression.

Numbers enter as standardised sign(x) log(1 + |x|); one that is undefined counts as the largest seen (never = long ago).
Categories enter as 0/1 columns.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.candidates.candidate import Question
from dmp.predictions.candidates.feature_columns import FeatureColumns
from dmp.predictions.cuts import NotLearnable

REGULARISATION = 0.05  # inverse strength; 70 related metrics need a firm hand
LARGEST_LOG_AMOUNT = 20.0  # of an amount: e^20 keeps a stray prediction finite
BASE, AMOUNT = "(base value)", "(expected amount)"


@dataclass(frozen=True)
class FittedLine:
    """Coefficients by column; `largest`, `mean` and `spread` belong to the numbers, in their order."""

    name: str
    answer: str
    numbers: tuple[str, ...]
    levels: dict[str, tuple[str, ...]]
    largest: tuple[float, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float

    @property
    def columns(self) -> FeatureColumns:
        """The columns that it reads."""
        return FeatureColumns(self.numbers, self.levels)

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return log-odds, or the expected amount."""
        line = self._inputs(table) @ np.array(self.coefficients) + self.intercept
        return line if self.answer == "chance" else np.exp(np.minimum(line, LARGEST_LOG_AMOUNT))

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return coefficient times input per feature, and the intercept; of an amount, the amount itself."""
        if self.answer == "amount":
            return pd.DataFrame({AMOUNT: self.predict(table)})
        products = self._inputs(table) * np.array(self.coefficients)
        owners = [*self.numbers, *(name for name, levels in self.levels.items() for _ in levels)]
        by_feature = pd.DataFrame(products, columns=owners).T.groupby(level=0, sort=False).sum().T
        return by_feature.assign(**{BASE: self.intercept})

    def files(self) -> dict[str, bytes]:
        """Return line.json."""
        return {"line.json": json.dumps(asdict(self)).encode()}

    def _inputs(self, table: pd.DataFrame) -> np.ndarray:
        logged = _logged(self.columns, table)
        filled = np.where(np.isnan(logged), np.array(self.largest), logged)
        return np.hstack(
            [(filled - np.array(self.mean)) / np.array(self.spread), self.columns.one_hot(table)]
        )


@dataclass(frozen=True)
class Line:
    """A regression on all features, or on `only` some of them."""

    name: str
    only: tuple[str, ...] | None = None
    regularisation: float = REGULARISATION
    answers: frozenset[str] = field(default=frozenset({"chance", "amount"}))

    def fit(self, rows: pd.DataFrame, question: Question) -> FittedLine:
        """Learn from rows with `label`; raises NotLearnable if `only` names columns that rows lack."""
        features: Sequence[str] = self.only or question.features
        if missing := sorted(set(features) - set(rows.columns)):
            raise NotLearnable(f"{self.name} needs {', '.join(missing)}, which the rows do not have")
        columns = FeatureColumns.learned_from(rows, features)
        logged = _logged(columns, rows)
        largest = np.nan_to_num(pd.DataFrame(logged).max().to_numpy(dtype="float64"))
        filled = np.where(np.isnan(logged), largest, logged)
        mean, spread = filled.mean(axis=0), filled.std(axis=0)
        spread[spread == 0] = 1.0
        inputs = np.hstack([(filled - mean) / spread, columns.one_hot(rows)])
        coefficients, intercept = self._regress(inputs, rows["label"].to_numpy(), question.answer)
        return FittedLine(
            name=self.name,
            answer=question.answer,
            numbers=columns.numbers,
            levels=columns.levels,
            largest=tuple(map(float, largest)),
            mean=tuple(map(float, mean)),
            spread=tuple(map(float, spread)),
            coefficients=tuple(map(float, coefficients)),
            intercept=float(intercept),
        )

    def load(self, files: dict[str, bytes]) -> FittedLine:
        """Read line.json."""
        stored: dict[str, Any] = json.loads(files["line.json"])
        for name in ("numbers", "largest", "mean", "spread", "coefficients"):
            stored[name] = tuple(stored[name])
        stored["levels"] = {name: tuple(values) for name, values in stored["levels"].items()}
        return FittedLine(**stored)

    def _regress(self, inputs: np.ndarray, labels: np.ndarray, answer: str) -> tuple[np.ndarray, float]:
        from sklearn.linear_model import LogisticRegression, PoissonRegressor

        if answer == "amount":
            strength = 1 / (self.regularisation * len(labels)) if np.isfinite(self.regularisation) else 0.0
            unit = float(labels.mean()) or 1.0  # the penalty then means the same for orders and for money
            model = PoissonRegressor(alpha=strength, solver="newton-cholesky").fit(inputs, labels / unit)
            return model.coef_, float(model.intercept_) + np.log(unit)
        solver = "newton-cholesky" if inputs.shape[1] > 1 else "lbfgs"
        model = LogisticRegression(C=self.regularisation, solver=solver).fit(inputs, labels)
        return model.coef_[0], float(model.intercept_[0])


def _logged(columns: FeatureColumns, table: pd.DataFrame) -> np.ndarray:
    matrix = columns.matrix(table)[:, : len(columns.numbers)]
    return np.sign(matrix) * np.log1p(np.abs(matrix))
