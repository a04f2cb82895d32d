"""What is learned from and what is held out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.cuts import NotLearnable
from dmp.predictions.subjects.folds import forward_folds, halves, later_fold, random_folds
from dmp.predictions.subjects.targets import SubjectTarget


def test_each_repeat_holds_every_row_out_once_with_the_same_share_of_labels(rows: pd.DataFrame) -> None:
    labels = rows["label"].to_numpy()
    folds = [fold for _, fold in halves(labels)]
    assert len(folds) == 10
    for first, second in zip(folds[::2], folds[1::2], strict=True):
        assert sorted([*first.held_out, *second.held_out]) == list(range(len(rows)))
        assert not set(first.learned) & set(first.held_out)
        assert labels[first.held_out].mean() == pytest.approx(labels.mean(), abs=0.01)
    assert len({tuple(fold.held_out) for fold in folds}) == 10


def test_a_split_in_time_learns_from_earlier_rows_alone(rows: pd.DataFrame, target: SubjectTarget) -> None:
    assert target.later
    fold = later_fold(rows, target.later)
    assert set(rows["season"].iloc[fold.held_out]) == {"winter"}
    assert set(rows["season"].iloc[fold.learned]) == {"spring", "summer", "autumn"}
    for inner in forward_folds(rows.iloc[fold.learned], target.later):
        place = rows["season"].map({name: at for at, name in enumerate(target.later.order)}).to_numpy()
        assert place[inner.learned].max() < place[inner.held_out].min()


def test_too_few_labels_are_refused_with_their_number() -> None:
    with pytest.raises(NotLearnable, match="only 3 rows with the label and 97 without"):
        random_folds(np.array([1] * 3 + [0] * 97))
