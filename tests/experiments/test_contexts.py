"""Situations stay few, however many values a policy's knowledge has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.experiments.contexts import MOST_CHOICES, MOST_LEVELS, few_levels, grouped


def test_rare_values_share_a_level_and_numbers_are_cut_into_tenths() -> None:
    texts = pd.Series([f"city {number}" for number in range(30) for _ in range(31 - number)])
    levels = few_levels(texts)
    assert levels.nunique() == MOST_LEVELS + 1
    assert set(texts[levels == "(other)"]) == {f"city {number}" for number in range(MOST_LEVELS, 30)}
    numbers = few_levels(pd.Series(np.arange(1000.0)))
    assert numbers.value_counts().between(99, 101).all()
    assert few_levels(pd.Series([1, 2, 1])).tolist() == ["1", "2", "1"]


def test_a_column_that_would_make_too_many_situations_is_left_out() -> None:
    count = 3000
    keys = pd.DataFrame({"position": np.arange(count) % 2})
    fine = [str(number) for number in range(count)]
    levels = pd.DataFrame({"day": ["a", "b", "b"] * 1000, "one by one": fine, "hour": ["x"] * count})
    numbers, kept = grouped(keys, levels, MOST_CHOICES / 100)
    assert kept == ["day", "hour"]
    pairs = pd.DataFrame({"number": numbers, "position": keys["position"], "day": levels["day"]})
    assert len(pairs.drop_duplicates()) == len(np.unique(numbers)) == 4
    _, everything = grouped(keys, levels, 1)
    assert everything == ["day", "one by one", "hour"]
