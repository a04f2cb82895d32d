"""Which rows are learned from and which are held out; seeds are stated here, no model is fitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dmp.predictions.cuts import NotLearnable
from dmp.predictions.subjects.targets import Later

INNER_FOLDS = 5
INNER_SEED = 11
REPEATS = 5  # of two halves: 5x2 cross-validation (Dietterich 1998); the seed of a repeat is its number
FORWARD_FOLDS = 4
FEWEST_PER_LABEL = 10


@dataclass(frozen=True)
class Fold:
    """Places of rows: those that are learned from, and those that are held out."""

    learned: np.ndarray
    held_out: np.ndarray


def halves(labels: np.ndarray) -> Iterator[tuple[str, Fold]]:
    """Yield the ten named folds of five repeats of stratified halves."""
    for repeat in range(REPEATS):
        for number, fold in enumerate(_stratified(labels, 2, repeat)):
            yield f"{repeat + 1}.{number + 1}", fold


def random_folds(labels: np.ndarray) -> list[Fold]:
    """Return stratified folds for choices inside the rows that are learned from. Raises NotLearnable."""
    counts = [int((labels == label).sum()) for label in (0, 1)]
    if min(counts) < FEWEST_PER_LABEL:
        raise NotLearnable(
            f"only {counts[1]} rows with the label and {counts[0]} without it: "
            f"{FEWEST_PER_LABEL} of each are needed"
        )
    return list(_stratified(labels, INNER_FOLDS, INNER_SEED))


def later_fold(rows: pd.DataFrame, later: Later) -> Fold:
    """Return the split in time that `later` names."""
    is_test = rows[later.column].isin(later.test).to_numpy()
    return Fold(np.flatnonzero(~is_test), np.flatnonzero(is_test))


def forward_folds(rows: pd.DataFrame, later: Later) -> list[Fold]:
    """Return folds that each hold out one of the newest values of the column and learn from what came before it.

    What is calibrated on them knows how much scores lose from one month to the next. Raises NotLearnable where fewer
    than two labels are on one side of every fold.
    """
    place = rows[later.column].map({value: number for number, value in enumerate(later.order)}).to_numpy()
    labels = rows["label"].to_numpy()
    folds = []
    for value in np.unique(place)[1:][-FORWARD_FOLDS:]:
        fold = Fold(np.flatnonzero(place < value), np.flatnonzero(place == value))
        if min(np.bincount(labels[fold.learned].astype(int), minlength=2)) >= FEWEST_PER_LABEL:
            folds.append(fold)
    if not folds or len(set(labels[np.concatenate([fold.held_out for fold in folds])])) < 2:
        raise NotLearnable(f"too few rows of both labels before the newest values of {later.column}")
    return folds


def _stratified(labels: np.ndarray, count: int, seed: int) -> Iterator[Fold]:
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(count, shuffle=True, random_state=seed)
    for learned, held_out in folds.split(np.zeros(len(labels)), labels):
        yield Fold(learned, held_out)
