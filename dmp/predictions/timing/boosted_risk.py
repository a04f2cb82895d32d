"""Cox's proportional hazards with boosted trees in place of a line: LightGBM on the partial likelihood.

The gradient is that of Breslow's approximation (Breslow 1974) for equal days; the baseline is his estimator. Risk sets
hold who has entered, so late entry is counted. LightGBM has no such loss of its own, so it is given here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.candidates.feature_columns import FeatureColumns
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.lightgbm_settings import SAME_BYTES
from dmp.predictions.timing.curves import Curves

ROUND_COUNT = 400
PARAMETERS: dict[str, Any] = {
    **SAME_BYTES,
    "num_leaves": 4,
    "learning_rate": 0.05,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "min_data_in_leaf": 20,
    "max_bin": 63,
}
LARGEST_LOG_RISK = 12.0  # e^12: keeps a stray person finite


@dataclass(frozen=True)
class RiskSets:
    """Who was at risk at each day with an event: places of entries and exits among those days, events of each day."""

    days: np.ndarray
    entered: np.ndarray
    left: np.ndarray
    events: np.ndarray

    @classmethod
    def of(cls, entry: np.ndarray, exits: np.ndarray, is_observed: np.ndarray) -> RiskSets:
        """Return the risk sets of waits (entry, exit]."""
        days = np.unique(exits[is_observed])
        events = np.bincount(np.searchsorted(days, exits[is_observed]), minlength=len(days))
        entered = np.searchsorted(days, entry, side="right")
        return cls(days, entered, np.searchsorted(days, exits, side="right"), events.astype(float))

    def shares(self, risk: np.ndarray) -> np.ndarray:
        """Return, per day, its events over the summed `risk` of whoever was at risk: the steps of the baseline."""
        size = len(self.days) + 1
        change = np.bincount(self.entered, risk, size) - np.bincount(self.left, risk, size)
        return self.events / np.maximum(np.cumsum(change)[:-1], 1e-12)

    def summed(self, steps: np.ndarray) -> np.ndarray:
        """Return, per person, the sum of `steps` over the days on which they were at risk."""
        sums = np.concatenate([[0.0], np.cumsum(steps)])
        return sums[self.left] - sums[self.entered]


def partial_likelihood(
    sets: RiskSets, is_observed: np.ndarray
) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """Return LightGBM's objective: gradient and curvature of minus the logarithm of the partial likelihood."""

    def objective(line: np.ndarray, _: Any) -> tuple[np.ndarray, np.ndarray]:
        risk = np.exp(line - line.max())
        steps = sets.shares(risk)
        expected = risk * sets.summed(steps)
        squares = sets.summed(np.divide(steps**2, sets.events))
        return expected - is_observed, np.maximum(expected - risk**2 * squares, 1e-6)

    return objective


@dataclass(frozen=True)
class FittedBoostedRisk:
    """LightGBM's text, the columns by name and the cumulative baseline at each day with an event."""

    name: str
    columns: FeatureColumns
    text: str
    days: tuple[float, ...]
    baseline: tuple[float, ...]

    def log_risk(self, people: pd.DataFrame) -> np.ndarray:
        """Return the trees' answer: the higher, the sooner."""
        import lightgbm

        if not len(people):
            return np.zeros(0)
        booster = lightgbm.Booster(model_str=self.text)
        line = booster.predict(self.columns.matrix(people), raw_score=True, num_threads=1)
        return np.clip(np.asarray(line), -LARGEST_LOG_RISK, LARGEST_LOG_RISK)

    def curves(self, people: pd.DataFrame, days: np.ndarray) -> Curves:
        """Return exp(-(H(entry + days) - H(entry)) x risk), H the cumulative baseline."""
        clock = people["entry_days"].to_numpy(dtype="float64")
        sums, known = np.array([0.0, *self.baseline]), np.array([0.0, *self.days])
        hazard = np.interp(clock[:, None] + days, known, sums) - np.interp(clock, known, sums)[:, None]
        return Curves(days, np.exp(-hazard * np.exp(self.log_risk(people))[:, None]))

    def files(self) -> dict[str, bytes]:
        """Return risk.txt (the trees) and risk.json."""
        described = {
            "name": self.name,
            "numbers": self.columns.numbers,
            "levels": self.columns.levels,
            "days": self.days,
            "baseline": self.baseline,
        }
        return {"risk.txt": self.text.encode(), "risk.json": json.dumps(described).encode()}


@dataclass(frozen=True)
class BoostedRisk:
    """Trees for the risk, one baseline for all."""

    name: str = "lightgbm_cox"

    def fit(self, waits: pd.DataFrame, features: Sequence[str], edges: np.ndarray) -> FittedBoostedRisk:
        """Learn the risk of each person; `edges` are not needed."""
        import lightgbm

        is_observed = waits["is_observed"].to_numpy(dtype=bool)
        if not is_observed.any():
            raise NotLearnable("no wait has ended yet")
        columns = FeatureColumns.learned_from(waits, features)
        entry, exits = (waits[name].to_numpy(dtype="float64") for name in ("entry_days", "exit_days"))
        sets = RiskSets.of(entry, exits, is_observed)
        parameters = {**PARAMETERS, "objective": partial_likelihood(sets, is_observed)}
        matrix = columns.matrix(waits)
        categories = list(range(len(columns.numbers), len(columns.names)))
        data = lightgbm.Dataset(matrix, exits, categorical_feature=categories, params=PARAMETERS)
        booster = lightgbm.train(parameters, data, ROUND_COUNT)
        line = np.asarray(booster.predict(matrix, raw_score=True, num_threads=1))
        risk = np.exp(np.clip(line, -LARGEST_LOG_RISK, LARGEST_LOG_RISK))
        baseline = np.cumsum(sets.shares(risk))
        return FittedBoostedRisk(
            self.name, columns, booster.model_to_string(), tuple(sets.days), tuple(map(float, baseline))
        )

    def load(self, files: dict[str, bytes]) -> FittedBoostedRisk:
        """Read risk.txt and risk.json."""
        stored = json.loads(files["risk.json"])
        levels = {name: tuple(values) for name, values in stored["levels"].items()}
        columns = FeatureColumns(tuple(stored["numbers"]), levels)
        days, baseline = (tuple(stored[name]) for name in ("days", "baseline"))
        return FittedBoostedRisk(stored["name"], columns, files["risk.txt"].decode(), days, baseline)
