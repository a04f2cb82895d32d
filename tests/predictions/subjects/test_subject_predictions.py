"""What is published of a table of subjects, also where it can carry nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.metrics import evaluate
from dmp.predictions.subjects.subject_predictions import COLUMNS, scored
from dmp.predictions.subjects.targets import SubjectTarget
from dmp.settings import DmpError, Home, Settings

pytestmark = pytest.mark.usefixtures("small_recipe")
SETTINGS = Settings(threads=1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path)


def test_every_row_has_a_score_of_a_model_that_had_not_seen_it(
    rows: pd.DataFrame, target: SubjectTarget, home: Home
) -> None:
    table = scored(rows, target, home, SETTINGS)
    assert list(table.columns) == list(COLUMNS)
    assert table["score"].between(0, 1).all()
    assert set(table["model"]) == {"blend"}
    measured = evaluate(rows["label"].to_numpy(), table["score"].to_numpy())
    assert 0.75 < measured["auc"] < 0.95, "scores that had seen their label would be nearly perfect"


def test_a_row_without_label_is_scored_and_its_new_category_told(
    rows: pd.DataFrame, target: SubjectTarget, home: Home
) -> None:
    rows.loc[[5, 6], "label"] = np.nan
    rows.loc[5, "colour"] = "purple"
    table = scored(rows, target, home, SETTINGS)
    assert table["score"].notna().all()
    assert table["reason"][5] == "colour 'purple' is new: it counts as unknown"
    assert table["reason"].notna().sum() == 1


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        (1.0, "only 320 rows with the label and 0 without it"),
        (0.0, "only 0 rows with the label and 320 without it"),
    ],
)
def test_rows_of_one_label_get_the_rate_and_the_reason(
    rows: pd.DataFrame, target: SubjectTarget, home: Home, label: float, reason: str
) -> None:
    table = scored(rows.assign(label=label), target, home, SETTINGS)
    assert table["reason"].str.startswith(reason).all()
    assert set(table["model"]) == {"naive_rate"}
    assert table["score"].to_numpy() == pytest.approx(np.full(320, (320 * label + 1) / 322))


def test_rows_without_any_label_have_no_score_but_the_reason(
    rows: pd.DataFrame, target: SubjectTarget, home: Home
) -> None:
    table = scored(rows.assign(label=np.nan), target, home, SETTINGS)
    assert table["score"].isna().all()
    assert set(table["reason"]) == {"no row has a label"}


def test_rows_without_any_feature_get_the_rate_and_the_reason(
    rows: pd.DataFrame, target: SubjectTarget, home: Home
) -> None:
    bare = rows.assign(colour=None, pages=np.nan, season=None)
    table = scored(bare, target, home, SETTINGS)
    assert set(table["reason"]) == {"no feature has a single value"}
    assert table["score"].nunique() == 1


def test_the_same_rows_are_learned_from_once_and_a_damaged_model_is_refused(
    rows: pd.DataFrame, target: SubjectTarget, home: Home
) -> None:
    first = scored(rows, target, home, SETTINGS)
    [folder] = (home.models / target.name).iterdir()
    written = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    pd.testing.assert_frame_equal(scored(rows, target, home, SETTINGS), first)
    assert written == {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    damaged = next(path for path in sorted(folder.glob("*.txt")))
    damaged.write_bytes(damaged.read_bytes().replace(b"num_leaves", b"num_leavez", 1))
    with pytest.raises(DmpError, match=f"{damaged.name} is damaged"):
        scored(rows, target, home, SETTINGS)
