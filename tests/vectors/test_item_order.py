"""In which order people turned to items."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from dmp.vectors.item_order import LENGTH, NOTHING, latest_acts

ITEMS = np.array(["a", "b", "c", "d"], dtype=object)


def days(*rows: tuple[int, int, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [(person, date(2024, 1, 1) + timedelta(days=day), item) for person, day, item in rows],
        columns=["user_key", "event_date", "item_id"],
    )


def test_the_latest_act_stands_last_with_the_person_s_own_active_days_since_each() -> None:
    found = latest_acts(days((7, 40, "a"), (7, 0, "d"), (9, 5, "c"), (7, 3, "b")), np.array([7, 9]), ITEMS)
    assert found.shape == (2, 2, LENGTH)
    assert found[0, :, -3:].tolist() == [[3, 1, 0], [2, 1, 0]]
    assert found[1, :, -2:].tolist() == [[NOTHING, 2], [NOTHING, 0]]
    assert (found[0, :, :-3] == NOTHING).all()


def test_items_of_one_day_are_equally_far_away() -> None:
    found = latest_acts(days((7, 0, "d"), (7, 2, "c"), (7, 2, "a")), np.array([7]), ITEMS)
    assert found[0, :, -3:].tolist() == [[3, 0, 2], [1, 0, 0]]


def test_an_item_that_was_met_again_stands_there_again() -> None:
    found = latest_acts(days((7, 0, "a"), (7, 1, "b"), (7, 2, "a")), np.array([7]), ITEMS)
    assert found[0, 0, -3:].tolist() == [0, 1, 0]


def test_what_is_no_item_of_the_basis_and_who_is_not_asked_for_are_left_out() -> None:
    found = latest_acts(days((7, 0, "a"), (7, 1, "new"), (8, 0, "b")), np.array([7, 9]), ITEMS)
    assert found[0, :, -2:].tolist() == [[NOTHING, 0], [NOTHING, 0]]
    assert (found[1] == NOTHING).all()


def test_of_a_long_history_the_latest_acts_are_kept() -> None:
    long = days(*((7, day, "abcd"[day % 4]) for day in range(LENGTH + 10)))
    found = latest_acts(long, np.array([7]), ITEMS)
    assert found[0, 0].tolist() == [day % 4 for day in range(10, LENGTH + 10)]
    assert found[0, 1].tolist() == list(range(LENGTH))[::-1]
