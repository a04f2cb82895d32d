"""Which of two vintages is published: both know the facts of the same day, and the tested one ships."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.baselines import fit_baselines
from dmp.predictions.calibration import Calibration, calibration_bins, fit_calibration
from dmp.predictions.cuts import Cuts, NotLearnable
from dmp.predictions.metrics import evaluate, lift_curve
from dmp.predictions.models import feature_matrix, feature_names, fit_trees, raw_scores
from dmp.predictions.training_rows import reason_not_to_learn

CALIBRATION_CUT_COUNT = (
    4  # base rates drift: calibration error 0.053 with the newest month, 0.060 with all cuts
)


@dataclass(frozen=True)
class Champion:
    """A published model with its test results; everything that a model folder holds, nothing to execute.

    `metrics`: one dict per (model, vintage, metric); `bins` and `lift`: rows of the champion's curves on the
    test window; `row_counts`: rows by part.
    """

    target: str
    version: str
    vintage: str
    text: str
    features: tuple[str, ...]
    calibration: Calibration
    cuts: Cuts
    inputs_hash: str
    row_counts: dict[str, int]
    metrics: list[dict[str, Any]]
    bins: list[dict[str, Any]]
    lift: list[dict[str, Any]]

    def raw(self, metrics: pd.DataFrame, threads: int) -> np.ndarray:
        """Return the uncalibrated log-odds of each row of `metrics`, features matched by name."""
        return raw_scores(self.text, feature_matrix(metrics, self.features), threads)

    def probabilities(self, metrics: pd.DataFrame, threads: int) -> np.ndarray:
        """Return the published probability of each row of `metrics`."""
        return self.calibration.score(self.raw(metrics, threads))


@dataclass(frozen=True)
class Vintage:
    """One candidate and its probabilities on the test window."""

    name: str
    text: str
    calibration: Calibration
    test_scores: np.ndarray
    metrics: dict[str, float]


def choose_champion(
    rows: pd.DataFrame, cuts: Cuts, *, target: str, version: str, inputs_hash: str, threads: int
) -> Champion:
    """Learn both vintages from `rows` (one per as_of_date, user_key; see training_rows) and keep the better.

    The new vintage replaces the previous one only if its log-loss on the test window is not worse.
    Raises NotLearnable when a window holds too few people of either class.
    """
    features = feature_names(rows)
    parts = {"new": _at(rows, cuts.new), "previous": _at(rows, cuts.previous)}
    test = _at(rows, (cuts.test,))
    for window, people in (("the training windows", parts["new"]), ("the test window", test)):
        if reason := reason_not_to_learn(people, window):
            raise NotLearnable(reason)
    learned = {name: part for name, part in parts.items() if not reason_not_to_learn(part, name)}
    with ThreadPoolExecutor(threads) as pool:
        vintages = list(pool.map(lambda name: _learn(name, learned[name], test, features), learned))
    best = min(vintages, key=lambda vintage: vintage.metrics["log_loss"])
    labels = test["label"].to_numpy()
    return Champion(
        target=target,
        version=version,
        vintage=best.name,
        text=best.text,
        features=features,
        calibration=best.calibration,
        cuts=cuts,
        inputs_hash=inputs_hash,
        row_counts={"training": len(learned[best.name]), "test": len(test)},
        metrics=_reported(vintages, fit_baselines(learned["new"], features), test),
        bins=_records(calibration_bins(labels, best.test_scores)),
        lift=_records(lift_curve(labels, best.test_scores)),
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]


def _at(rows: pd.DataFrame, cuts: tuple[date, ...]) -> pd.DataFrame:
    return rows[rows["as_of_date"].isin(pd.to_datetime(list(cuts)))]


def _learn(name: str, rows: pd.DataFrame, test: pd.DataFrame, features: tuple[str, ...]) -> Vintage:
    trees = fit_trees(rows, features)
    labels = rows["label"].to_numpy()
    newest = sorted(rows["as_of_date"].unique())[-CALIBRATION_CUT_COUNT:]
    is_newest = rows["as_of_date"].isin(newest).to_numpy()
    held_out = is_newest if len(set(labels[is_newest])) == 2 else np.ones(len(rows), dtype=bool)
    calibration = fit_calibration(trees.held_out[held_out], labels[held_out])
    scores = calibration.score(raw_scores(trees.text, feature_matrix(test, features), threads=1))
    return Vintage(name, trees.text, calibration, scores, evaluate(test["label"].to_numpy(), scores))


def _reported(vintages: list[Vintage], baselines: dict[str, Any], test: pd.DataFrame) -> list[dict[str, Any]]:
    """One row per model, vintage and metric; baselines are fitted on the new vintage's rows."""
    results = [("lightgbm", vintage.name, vintage.metrics) for vintage in vintages]
    for name, predict in baselines.items():
        results.append((name, "new", evaluate(test["label"].to_numpy(), predict(test))))
    return [
        {"model": model, "vintage": vintage, "metric": metric, "value": value, "population_count": len(test)}
        for model, vintage, values in results
        for metric, value in values.items()
    ]
