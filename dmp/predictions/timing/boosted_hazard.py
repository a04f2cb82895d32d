"""A hazard that boosted trees learn from weekly periods ahead: risks may cross, and fade as time goes by.

LightGBM (Ke et al. 2017) with a Poisson loss on events per day watched: the piecewise exponential likelihood of
`periods`. Of each period the trees know how far ahead it lies and how long the person has then waited in all; they
start at the hazard that all people have in that period.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.candidates.feature_columns import FeatureColumns
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.lightgbm_settings import SAME_BYTES
from dmp.predictions.timing.curves import Curves
from dmp.predictions.timing.periods import Periods, cut_into_periods

ROUND_COUNT = 150
PARAMETERS: dict[str, Any] = {
    **SAME_BYTES,
    "objective": "poisson",
    "num_leaves": 8,
    "learning_rate": 0.1,
    "lambda_l2": 10.0,
    "max_bin": 63,
    "bin_construct_sample_cnt": 20_000,
}
LARGEST_LEAF_MINIMUM = 200
# A tree that sees few features seldom sees both a person and how far ahead a period lies, so a few are all seen.
MANY_FEATURES, FRACTION_OF_MANY = 12, 0.4
LARGEST_LOG_HAZARD = 12.0  # e^12: keeps a stray person finite
AHEAD, CLOCK = "ahead_days", "waited_days"


@dataclass(frozen=True)
class FittedBoostedHazard:
    """LightGBM's text, the columns, the edges of the periods in days ahead and the log hazard shared in each."""

    name: str
    columns: FeatureColumns
    edges: tuple[float, ...]
    shared: tuple[float, ...]
    text: str

    def curves(self, people: pd.DataFrame, days: np.ndarray) -> Curves:
        """Return exp(-cumulative hazard), each period's hazard being the trees' answer for it."""
        import lightgbm

        edges = np.array(self.edges)
        count = len(edges) - 1
        if not len(people):
            return Curves(days, np.ones((0, len(days))))
        rows, periods = np.repeat(np.arange(len(people)), count), np.tile(np.arange(count), len(people))
        matrix = _inputs(self.columns.matrix(people), people, rows, edges[periods])
        raw = lightgbm.Booster(model_str=self.text).predict(matrix, raw_score=True, num_threads=1)
        line = np.asarray(raw) + np.array(self.shared)[periods]
        hazard = np.exp(np.clip(line, -LARGEST_LOG_HAZARD, LARGEST_LOG_HAZARD)).reshape(len(people), count)
        sums = np.hstack([np.zeros((len(people), 1)), np.cumsum(hazard * np.diff(edges), axis=1)])
        place = np.clip(np.searchsorted(edges, days, side="left") - 1, 0, count - 1)
        cumulative = sums[:, place] + hazard[:, place] * (days - edges[place])
        return Curves(days, np.exp(-cumulative))

    def files(self) -> dict[str, bytes]:
        """Return hazard.txt (the trees) and hazard.json."""
        described = {
            "name": self.name,
            "numbers": self.columns.numbers,
            "levels": self.columns.levels,
            "edges": self.edges,
            "shared": self.shared,
        }
        return {"hazard.txt": self.text.encode(), "hazard.json": json.dumps(described).encode()}


@dataclass(frozen=True)
class BoostedHazard:
    """Trees over people and periods."""

    name: str = "lightgbm_hazard"

    def fit(self, waits: pd.DataFrame, features: Sequence[str], edges: np.ndarray) -> FittedBoostedHazard:
        """Learn a hazard per period ahead."""
        import lightgbm

        if not waits["is_observed"].any():
            raise NotLearnable("no wait has ended yet")
        columns = FeatureColumns.learned_from(waits, features)
        entry, exits = (waits[name].to_numpy(dtype="float64") for name in ("entry_days", "exit_days"))
        ahead = cut_into_periods(np.zeros(len(waits)), exits - entry, waits["is_observed"].to_numpy(), edges)
        matrix = _inputs(columns.matrix(waits), waits, ahead.row, edges[ahead.period])
        parameters = {
            **PARAMETERS,
            "min_data_in_leaf": min(LARGEST_LEAF_MINIMUM, max(5, len(waits) // 50)),
            "feature_fraction": FRACTION_OF_MANY if matrix.shape[1] > MANY_FEATURES else 1.0,
        }
        shared = _shared(ahead, len(edges) - 1)
        data = lightgbm.Dataset(
            matrix,
            ahead.event / ahead.exposure,
            weight=ahead.exposure,
            init_score=shared[ahead.period],
            categorical_feature=list(range(len(columns.numbers), len(columns.names))),
            params=parameters,
        )
        booster = lightgbm.train(parameters, data, ROUND_COUNT)
        return FittedBoostedHazard(
            self.name, columns, tuple(map(float, edges)), tuple(map(float, shared)), booster.model_to_string()
        )

    def load(self, files: dict[str, bytes]) -> FittedBoostedHazard:
        """Read hazard.txt and hazard.json."""
        stored = json.loads(files["hazard.json"])
        levels = {name: tuple(values) for name, values in stored["levels"].items()}
        columns = FeatureColumns(tuple(stored["numbers"]), levels)
        return FittedBoostedHazard(
            stored["name"],
            columns,
            tuple(stored["edges"]),
            tuple(stored["shared"]),
            files["hazard.txt"].decode(),
        )


def _shared(ahead: Periods, count: int) -> np.ndarray:
    """The log hazard of all people in each period, drawn a little to that of all periods."""
    events = np.bincount(ahead.period, weights=ahead.event, minlength=count)
    exposure = np.bincount(ahead.period, weights=ahead.exposure, minlength=count)
    overall = events.sum() / exposure.sum()
    return np.log((events + 1) / (exposure + 1 / overall))


def _inputs(matrix: np.ndarray, people: pd.DataFrame, row: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    waited = people["entry_days"].to_numpy(dtype="float64")[row] + ahead
    return np.column_stack([matrix[row], ahead, waited])
