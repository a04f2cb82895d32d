"""Vectors from what occurs together, and what occurs together in people's days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from dmp.vectors.item_sequences import WINDOW, together
from dmp.vectors.skip_gram import SMOOTHING, mutual_information, skip_gram_vectors

ITEMS = np.array(["a", "b", "c", "d"], dtype=object)


def test_mutual_information_is_that_of_the_counts_and_never_negative() -> None:
    counts = np.array([[0, 6, 1], [6, 0, 0], [1, 0, 4]], dtype=float)
    ones, others = counts.sum(axis=1), counts.sum(axis=0) ** SMOOTHING
    with np.errstate(divide="ignore"):
        expected = np.maximum(np.log(counts * others.sum() / np.outer(ones, others)), 0)
    assert mutual_information(csr_matrix(counts)).toarray() == pytest.approx(expected)
    assert expected[0, 1] > 0 == expected[0, 2]


def test_items_in_the_same_company_get_the_same_vector() -> None:
    # 0 and 1 never occur together, but both with 2; 3 and 4 keep to themselves.
    counts = np.zeros((5, 5))
    for one, other in ((0, 2), (1, 2), (3, 4)):
        counts[one, other] = counts[other, one] = 5
    vectors = skip_gram_vectors(csr_matrix(counts), 4)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert unit[0] @ unit[1] == pytest.approx(1)
    assert unit[0] @ unit[3] == pytest.approx(0, abs=1e-9)


def days(*rows: tuple[int, int, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [(person, date(2024, 1, 1) + timedelta(days=day), item) for person, day, item in rows],
        columns=["user_key", "event_date", "item_id"],
    )


def test_items_of_one_day_are_together_less_so_the_larger_the_day() -> None:
    found = together(days((1, 0, "a"), (1, 0, "b"), (2, 0, "b"), (2, 0, "c"), (2, 0, "d")), ITEMS).toarray()
    assert found[0].tolist() == [0, 1, 0, 0]
    assert found[1].tolist() == [1, 0, 0.5, 0.5]
    assert found[2].tolist() == [0, 0.5, 0, 0.5]


def test_items_of_close_days_of_one_person_are_together_less_so_the_more_days_lie_between() -> None:
    # Calendar days do not count, only the person's own; those of somebody else are never close.
    found = together(days((1, 0, "a"), (1, 100, "b"), (1, 101, "c"), (2, 0, "d")), ITEMS).toarray()
    assert found[0] == pytest.approx([0, 1 - 1 / WINDOW, 1 - 2 / WINDOW, 0])
    assert found[1] == pytest.approx([1 - 1 / WINDOW, 0, 1 - 1 / WINDOW, 0])
    assert found[3].tolist() == [0, 0, 0, 0]


def test_an_item_is_never_its_own_company() -> None:
    assert together(days((1, 0, "a"), (1, 1, "a"), (1, 2, "a")), ITEMS).nnz == 0
