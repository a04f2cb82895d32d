"""Histories read from metrics and told apart."""

import numpy as np
import pandas as pd

from dmp.predictions.rhythm.histories import Histories, read_histories


def test_equal_histories_are_told_once_and_found_again() -> None:
    people = Histories(*np.array([[2.0, 0, 2, 0], [9, 0, 9, 0], [30, 30, 30, 5]]), np.ones(4))
    distinct, place = people.distinct()
    assert len(distinct) == 3
    assert distinct.repeats[place].tolist() == people.repeats.tolist()
    assert distinct.age[place].tolist() == people.age.tolist()
    assert people.grouped().weight.tolist() == [1.0, 1.0, 2.0]


def test_what_is_impossible_becomes_the_nearest_possible_history() -> None:
    metrics = pd.DataFrame(
        {
            "purchase_day_count_life": [0, 1, 3, 3, np.nan],
            "first_purchase_days": [np.nan, 40, 40, 40, 40],
            "purchase_recency_days": [np.nan, 40, 50, -5, 1],
        }
    )
    histories, has_bought = read_histories(metrics)
    assert has_bought.tolist() == [False, True, True, True, False]
    assert histories.repeats.tolist() == [0, 2, 2]
    assert histories.last.tolist() == [0, 0, 40]
    assert histories.age.tolist() == [40, 40, 40]
