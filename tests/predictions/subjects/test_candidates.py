"""What every candidate for tables of subjects promises."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.candidates.candidate import Candidate
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.metrics import evaluate
from dmp.predictions.subjects.recipe import MEMBERS, question_of

QUESTION = question_of(["colour", "pages"])
each = pytest.mark.parametrize("candidate", MEMBERS, ids=lambda candidate: candidate.name)


@each
def test_parts_sum_to_the_log_odds(candidate: Candidate, rows: pd.DataFrame) -> None:
    fitted = candidate.fit(rows, QUESTION)
    parts = fitted.parts(rows)
    assert set(parts.columns) == {"colour", "pages", "(base value)"}
    np.testing.assert_allclose(parts.sum(axis=1), fitted.predict(rows), atol=1e-9)


@each
def test_files_hold_the_same_candidate_and_the_same_rows_give_the_same_bytes(
    candidate: Candidate, rows: pd.DataFrame
) -> None:
    files = candidate.fit(rows, QUESTION).files()
    assert candidate.fit(rows, QUESTION).files() == files
    assert all(content.decode().isprintable() or "\n" in content.decode() for content in files.values())
    loaded = candidate.load(files)
    np.testing.assert_array_equal(loaded.predict(rows), candidate.fit(rows, QUESTION).predict(rows))
    assert loaded.files() == files


@each
def test_it_tells_rows_apart_that_it_has_not_seen(candidate: Candidate, rows: pd.DataFrame) -> None:
    odds = candidate.fit(rows[::2], QUESTION).predict(rows[1::2])
    assert evaluate(rows["label"][1::2].to_numpy(), 1 / (1 + np.exp(-odds)))["auc"] > 0.75


@each
def test_an_unknown_category_and_numbers_that_are_none_get_a_finite_answer(
    candidate: Candidate, rows: pd.DataFrame
) -> None:
    fitted = candidate.fit(rows, QUESTION)
    strange = pd.DataFrame(
        {"colour": ["purple", None, "red", "red"], "pages": [3.0, np.nan, np.inf, -np.inf]}
    )
    assert np.isfinite(fitted.predict(strange)).all()


@each
def test_rows_of_one_label_are_refused_in_a_sentence(candidate: Candidate, rows: pd.DataFrame) -> None:
    with pytest.raises(NotLearnable, match="both labels"):
        candidate.fit(rows.assign(label=1.0), QUESTION)
