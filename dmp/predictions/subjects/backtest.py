"""How good the recipe is on a table of subjects, by the splits that its target names; nothing is published here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from dmp.predictions.metrics import evaluate, expected_calibration_error
from dmp.predictions.subjects.folds import Fold, forward_folds, halves, later_fold, random_folds
from dmp.predictions.subjects.recipe import learn_subjects
from dmp.predictions.subjects.rows import feature_names
from dmp.predictions.subjects.targets import SubjectTarget

HALVES, LATER = "5x2 halves", "later"
DRAWS, DRAWING_SEED = 40, 7
COLUMNS = ["split", "model", "metric", "value", "learned_count", "tested_count"]


def splits(rows: pd.DataFrame, target: SubjectTarget) -> Iterator[tuple[str, str, Fold]]:
    """Yield the kind of split, its name and its fold: ten halves, then the split in time where there is one."""
    for name, fold in halves(rows["label"].to_numpy()):
        yield HALVES, name, fold
    if target.later and (fold := later_fold(rows, target.later)).held_out.size:
        yield LATER, f"{target.later.column} {'-'.join(target.later.test)}", fold


def backtest(
    rows: pd.DataFrame, target: SubjectTarget, threads: int, said: Callable[[str], None] = lambda _: None
) -> pd.DataFrame:
    """Return one row per (split, model, metric): COLUMNS. `said` is told the name of each split as it begins.

    Metrics are those of `evaluate`, of the halves the mean over ten. Of the halves, `repeat_ece`: the calibration
    error over all rows of a repeat; `least_repeat_ece`: what it would be by chance alone if every score were right.
    Raises NotLearnable where rows carry one label only.
    """
    labelled = rows[rows["label"].notna()].reset_index(drop=True)
    random_folds(labelled["label"].to_numpy())
    scored: dict[str, list[tuple[Fold, dict[str, np.ndarray]]]] = {}
    for kind, name, fold in splits(labelled, target):
        said(f"{kind} {name}")
        is_later = kind == LATER
        answers = held_out_scores(labelled, target, fold, threads, is_later=is_later)
        scored.setdefault(kind, []).append((fold, answers))
    tables = [_measured(kind, labelled["label"].to_numpy(), folds) for kind, folds in scored.items()]
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def held_out_scores(
    rows: pd.DataFrame, target: SubjectTarget, fold: Fold, threads: int, *, is_later: bool
) -> dict[str, np.ndarray]:
    """Return the probabilities that the blend and each member alone give to the held-out rows of `fold`.

    The column that orders rows in time is not learned from where later rows are told: its values are all new there.
    """
    learned, others = rows.iloc[fold.learned].reset_index(drop=True), rows.iloc[fold.held_out]
    features = [
        name
        for name in feature_names(learned)
        if learned[name].notna().any() and not (is_later and target.later and name == target.later.column)
    ]
    inner = (
        forward_folds(learned, target.later)
        if is_later and target.later
        else random_folds(learned["label"].to_numpy())
    )
    blend = learn_subjects(learned, features, inner, threads).blend
    members = {member.name: 1 / (1 + np.exp(-member.predict(others))) for member in blend.members}
    rate = float(learned["label"].mean())
    return {"blend": blend.predict(others), **members, "naive_rate": np.full(len(others), rate)}


def _measured(kind: str, labels: np.ndarray, folds: list[tuple[Fold, dict[str, np.ndarray]]]) -> pd.DataFrame:
    counts = {
        "learned_count": round(np.mean([len(fold.learned) for fold, _ in folds])),
        "tested_count": round(np.mean([len(fold.held_out) for fold, _ in folds])),
    }
    table = []
    for model in folds[0][1]:
        each = pd.DataFrame([evaluate(labels[fold.held_out], said[model]) for fold, said in folds])
        values = {str(name): float(value) for name, value in each.mean().items()}
        if kind == HALVES:
            values |= _per_repeat(labels, [(fold.held_out, said[model]) for fold, said in folds])
        table += [
            {"split": kind, "model": model, "metric": metric, "value": value, **counts}
            for metric, value in values.items()
        ]
    return pd.DataFrame(table)


def _per_repeat(labels: np.ndarray, scored: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """The calibration error over all rows of a repeat, each scored by the model of the other half: the mean of five."""
    errors, least = [], []
    draws = np.random.default_rng(DRAWING_SEED)
    for first, second in zip(scored[::2], scored[1::2], strict=True):
        scores = np.zeros(len(labels))
        for places, values in (first, second):
            scores[places] = values
        errors.append(expected_calibration_error(labels, scores))
        drawn = [draws.random(len(scores)) < scores for _ in range(DRAWS)]
        least += [expected_calibration_error(labels_drawn, scores) for labels_drawn in drawn]
    return {"repeat_ece": float(np.mean(errors)), "least_repeat_ece": float(np.mean(least))}
