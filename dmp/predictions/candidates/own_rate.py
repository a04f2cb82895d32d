"""What a person did before, carried on: steady where few people make most of the sum."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from dmp.predictions.candidates.candidate import Question
from dmp.predictions.cuts import NotLearnable

MEASURES = {"orders": "purchase_day_count", "spend": "purchase_amount"}
SPANS = {"30d": 30.0, "90d": 90.0}
SINCE = "first_purchase_days"
YOUNGEST = 30.0  # days; a first purchase of yesterday is no daily habit
BASE = "(base value)"


@dataclass(frozen=True)
class FittedOwnRate:
    """How much of each own rate, times the horizon, is expected again."""

    measure: str
    horizon_days: int
    weights: tuple[float, ...]
    base: float
    name: str = "own_rate"

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return the expected amount."""
        return own_amounts(table, self.measure, self.horizon_days) @ np.array(self.weights) + self.base

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return what each window's sum adds, and what is expected of everybody."""
        amounts = own_amounts(table, self.measure, self.horizon_days) * np.array(self.weights)
        return pd.DataFrame(amounts, columns=_columns(self.measure)).assign(**{BASE: self.base})

    def files(self) -> dict[str, bytes]:
        """Return rate.json."""
        return {"rate.json": json.dumps(asdict(self)).encode()}


@dataclass(frozen=True)
class OwnRate:
    """Weights >= 0 over the person's rates of the last 30 and 90 days and since their first purchase."""

    name: str = "own_rate"
    answers: frozenset[str] = field(default=frozenset({"amount"}))

    def fit(self, rows: pd.DataFrame, question: Question) -> FittedOwnRate:
        """Learn from rows with metrics of user_metrics; raises NotLearnable where they are missing."""
        from scipy.optimize import nnls

        if missing := sorted({*_columns(question.measure), SINCE} - set(rows.columns)):
            raise NotLearnable(f"{self.name} needs {', '.join(missing)}, which the rows do not have")
        amounts = own_amounts(rows, question.measure, question.horizon_days)
        weights = nnls(
            np.column_stack([amounts, np.ones(len(rows))]), rows["label"].to_numpy(dtype="float64")
        )[0]
        return FittedOwnRate(
            question.measure, question.horizon_days, tuple(map(float, weights[:-1])), float(weights[-1])
        )

    def load(self, files: dict[str, bytes]) -> FittedOwnRate:
        """Read rate.json."""
        stored = json.loads(files["rate.json"])
        return FittedOwnRate(**{**stored, "weights": tuple(stored["weights"])})


def own_amounts(table: pd.DataFrame, measure: str, horizon_days: int) -> np.ndarray:
    """Return what each person's own rate comes to over the horizon, a column per window of `_columns`."""
    since = table[SINCE].astype("float64").fillna(0.0).to_numpy() + 1.0
    spans = [*SPANS.values(), np.maximum(since, YOUNGEST)]
    columns = [
        table[name]
        .astype("float64")
        .replace([np.inf, -np.inf], np.nan)
        .fillna(0.0)
        .clip(lower=0.0)
        .to_numpy()
        * horizon_days
        / span
        for name, span in zip(_columns(measure), spans, strict=True)
    ]
    return np.column_stack(columns)


def _columns(measure: str) -> list[str]:
    return [f"{MEASURES[measure]}_{window}" for window in (*SPANS, "life")]
