"""Boosted trees (LightGBM, Ke et al. 2017) grown several times from different seeds; their log-odds are averaged.

Averaging takes out what depends on the seed (Breiman 1996); size and number of trees are fixed, nothing is searched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.candidates.candidate import Question
from dmp.predictions.candidates.feature_columns import FeatureColumns
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.lightgbm_settings import SAME_BYTES

PARAMETERS: dict[str, Any] = {
    **SAME_BYTES,
    "objective": "binary",
    "max_bin": 255,
}
DESCRIPTION = "bag.json"
BASE = "(base value)"


@dataclass(frozen=True)
class FittedBag:
    """LightGBM's text of each booster, and the columns by name."""

    name: str
    columns: FeatureColumns
    texts: tuple[str, ...]

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return the mean log-odds of the boosters."""
        return np.asarray(np.mean(self._each(table, raw_score=True), axis=0))

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the mean of the boosters' TreeSHAP parts (Lundberg et al. 2020)."""
        parts = np.mean(self._each(table, pred_contrib=True), axis=0)
        return pd.DataFrame(parts, columns=[*self.columns.names, BASE])

    def files(self) -> dict[str, bytes]:
        """Return bag.json and one trees.<number>.txt per booster."""
        described = {
            "name": self.name,
            "numbers": self.columns.numbers,
            "levels": self.columns.levels,
            "booster_count": len(self.texts),
        }
        texts = {f"trees.{number}.txt": text.encode() for number, text in enumerate(self.texts)}
        return {DESCRIPTION: json.dumps(described).encode(), **texts}

    def _each(self, table: pd.DataFrame, **what: bool) -> list[np.ndarray]:
        import lightgbm

        if not len(table):
            width = (len(self.columns.names) + 1,) if "pred_contrib" in what else ()
            return [np.zeros((0, *width))]
        matrix = self.columns.matrix(table)
        boosters = [lightgbm.Booster(model_str=text) for text in self.texts]
        return [np.asarray(booster.predict(matrix, num_threads=1, **what)) for booster in boosters]


@dataclass(frozen=True)
class BaggedTrees:
    """A way to grow trees: LightGBM's own options, how many rounds, how many times."""

    name: str
    options: Mapping[str, Any]
    round_count: int
    booster_count: int = 3
    answers: frozenset[str] = field(default=frozenset({"chance"}))

    def fit(self, rows: pd.DataFrame, question: Question) -> FittedBag:
        """Grow on rows with `label`; raises NotLearnable where there is no feature or one label only."""
        import lightgbm

        columns = FeatureColumns.learned_from(rows, question.features)
        labels = rows["label"].to_numpy()
        if len(set(labels)) < 2 or not columns.names:
            raise NotLearnable("trees need both labels and at least one feature")
        parameters = {**PARAMETERS, **self.options}
        data = lightgbm.Dataset(
            columns.matrix(rows),
            labels,
            feature_name=list(columns.names),
            categorical_feature=list(range(len(columns.numbers), len(columns.names))),
            params=parameters,
            free_raw_data=False,
        ).construct()
        texts = [
            lightgbm.train({**parameters, "seed": seed}, data, self.round_count).model_to_string()
            for seed in range(1, self.booster_count + 1)
        ]
        return FittedBag(self.name, columns, tuple(texts))

    def settled(self, _fitted: FittedBag) -> BaggedTrees:
        """Return the same way to learn with one booster: held-out answers need no second seed."""
        return replace(self, booster_count=1)

    def load(self, files: dict[str, bytes]) -> FittedBag:
        """Read what `files` of the fitted trees gave."""
        stored = json.loads(files[DESCRIPTION])
        levels = {name: tuple(values) for name, values in stored["levels"].items()}
        texts = tuple(files[f"trees.{number}.txt"].decode() for number in range(stored["booster_count"]))
        return FittedBag(stored["name"], FeatureColumns(tuple(stored["numbers"]), levels), texts)
