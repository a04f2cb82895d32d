"""The measure itself: nothing of the held-out rows reaches the models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.subjects.backtest import backtest, held_out_scores
from dmp.predictions.subjects.folds import halves, later_fold
from dmp.predictions.subjects.reporting import printed
from dmp.predictions.subjects.targets import SubjectTarget

pytestmark = pytest.mark.usefixtures("small_recipe")


def test_labels_of_held_out_rows_change_no_score(rows: pd.DataFrame, target: SubjectTarget) -> None:
    assert target.later
    _, half = next(iter(halves(rows["label"].to_numpy())))
    for fold, is_later in ((half, False), (later_fold(rows, target.later), True)):
        before = held_out_scores(rows, target, fold, 1, is_later=is_later)
        turned = rows.copy()
        turned.loc[fold.held_out, "label"] = 1 - turned.loc[fold.held_out, "label"]
        after = held_out_scores(turned, target, fold, 1, is_later=is_later)
        for model, scores in before.items():
            np.testing.assert_array_equal(scores, after[model])


def test_the_blend_and_its_members_are_measured_on_each_split(
    rows: pd.DataFrame, target: SubjectTarget
) -> None:
    found = backtest(rows, target, threads=1)
    values = found.set_index(["split", "model", "metric"])["value"]
    for split in ("5x2 halves", "later"):
        assert values[split, "naive_rate", "auc"] == 0.5
        assert values[split, "blend", "auc"] > 0.75
        assert values[split, "blend", "log_loss"] < values[split, "naive_rate", "log_loss"]
    assert values["5x2 halves", "blend", "repeat_ece"] < 0.1
    names, lines = printed(found)
    assert names[:3] == ["split", "model", "auc"]
    assert len(lines) == 8
