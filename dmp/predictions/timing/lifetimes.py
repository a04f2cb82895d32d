"""How long subjects of a plain table stay: models of the time until they leave, tested by folds; nothing is published.

A table tells of each subject how long they were observed and whether they left then; those who did not are censored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from dmp.predictions.cuts import NotLearnable
from dmp.predictions.timing.boosted_risk import BoostedRisk
from dmp.predictions.timing.measures import concordance, integrated_brier
from dmp.predictions.timing.periods import event_edges
from dmp.predictions.timing.proportional_hazards import ProportionalHazards

FOLD_COUNT = 5
FOLD_SEED = 0
FEWEST_EVENTS = 20
RIDGE = 1.0  # a table of subjects has few columns
COX, TREES, BLEND = "cox", "lightgbm_cox", "blend"
COLUMNS = ["split", "model", "metric", "value", "learned_count", "tested_count"]


def lifetimes(rows: pd.DataFrame, duration: str) -> pd.DataFrame:
    """Return `rows` (features, `label`, and a `duration` in any one unit) as waits from 0, without that column.

    Subjects of unknown label or duration are left out. Raises NotLearnable where too few left or too few stayed.
    """
    known = rows[rows["label"].notna() & (rows[duration] >= 0)].reset_index(drop=True)
    has_left = known["label"] == 1
    for count, words in ((has_left.sum(), "left"), ((~has_left).sum(), "stayed")):
        if count < FEWEST_EVENTS:
            raise NotLearnable(f"{count} subjects who {words} are too few, {FEWEST_EVENTS} are needed")
    exits = known[duration].astype("float64")
    return known.drop(columns=[duration]).assign(
        entry_days=0.0, exit_days=exits, stratum=0, is_observed=has_left
    )


def sooner(learned: pd.DataFrame, others: pd.DataFrame, features: Sequence[str]) -> dict[str, np.ndarray]:
    """Return, by model, who of `others` leaves sooner: logarithms of risks, and the mean of their ranks as a blend."""
    edges = event_edges(learned["exit_days"].to_numpy(), learned["is_observed"].to_numpy())
    cox = ProportionalHazards(COX, ridge=RIDGE).fit(learned, features, edges).log_risk(others)
    trees = BoostedRisk(TREES).fit(learned, features, edges).log_risk(others)
    return {COX: cox, TREES: trees, BLEND: (_ranks(cox) + _ranks(trees)) / 2}


def backtest_lifetimes(waits: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    """Return one row per (model, metric): COLUMNS. Harrell's C and integrated Brier score, means of the folds."""
    measured: list[dict[str, float | str]] = []
    for learned, others in folds(waits):
        told, is_observed = others["exit_days"].to_numpy(), others["is_observed"].to_numpy()
        scores = sooner(learned, others, features)
        measured += [
            {"model": name, "metric": "concordance", "value": concordance(told, is_observed, score)}
            for name, score in scores.items()
        ]
        edges = event_edges(learned["exit_days"].to_numpy(), learned["is_observed"].to_numpy())
        grid, until = np.linspace(0, edges[-1], 25), float(np.quantile(learned["exit_days"], 0.9))
        for hazard in (
            ProportionalHazards("same_for_all", only=()),
            ProportionalHazards(COX, ridge=RIDGE),
            BoostedRisk(TREES),
        ):
            curves = hazard.fit(learned, features, edges).curves(others, grid)
            score = integrated_brier(told, is_observed, curves, until)
            measured.append({"model": hazard.name, "metric": "integrated_brier", "value": score})
    means = pd.DataFrame(measured).groupby(["model", "metric"], sort=True)["value"].mean().reset_index()
    counts = {
        "learned_count": len(waits) * (FOLD_COUNT - 1) // FOLD_COUNT,
        "tested_count": len(waits) // FOLD_COUNT,
    }
    return means.assign(split=f"{FOLD_COUNT} folds", **counts)[COLUMNS]


def folds(waits: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield the rows that are learned from and those that are held out, as often left as not in each."""
    from sklearn.model_selection import StratifiedKFold

    split = StratifiedKFold(FOLD_COUNT, shuffle=True, random_state=FOLD_SEED)
    for learned, held_out in split.split(np.zeros(len(waits)), waits["is_observed"]):
        yield waits.iloc[learned].reset_index(drop=True), waits.iloc[held_out].reset_index(drop=True)


def _ranks(scores: np.ndarray) -> np.ndarray:
    return pd.Series(scores).rank(pct=True).to_numpy()
