"""What an experiment shows: rates by variant assigned, intervals of differences, and groups that nobody can trust."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.experiments.declaration import Experiment, Experiments, Holdout, Variant
from dmp.experiments.experiment_results import experiment_results, rate_difference, sample_ratio_p_value

START, END, DAY = date(2026, 6, 1), date(2026, 6, 14), date(2026, 6, 28)
VARIANTS = (
    Variant(name="control", share=0.5, policy="popular"),
    Variant(name="ranked", share=0.5, policy="ranker"),
)
DECLARED = Experiments(experiments=(Experiment(name="one", starts_on=START, ends_on=END, variants=VARIANTS),))
SHOWN = pd.DataFrame({"user_key": [], "shown_date": [], "policy": []}).astype({"user_key": "int64"})


def assigned(control: int, ranked: int) -> pd.DataFrame:
    variant = ["control"] * control + ["ranked"] * ranked
    policy = ["popular"] * control + ["ranker"] * ranked
    keys = range(control + ranked)
    return pd.DataFrame({"user_key": keys, "experiment": "one", "variant": variant, "policy": policy})


def days(buyers: set[int], people: int, day: date = START) -> pd.DataFrame:
    keys = np.arange(people)
    bought = np.isin(keys, list(buyers)).astype(int)
    return pd.DataFrame({"user_key": keys, "event_date": day, "order_count": bought, "click_count": 0})


def results(assignments: pd.DataFrame, activity: pd.DataFrame, shown: pd.DataFrame = SHOWN) -> pd.DataFrame:
    return experiment_results(DECLARED, assignments, activity, shown, DAY).set_index("variant")


def test_rates_are_those_of_the_people_who_came_while_it_ran() -> None:
    activity = pd.concat([days({0, 1, 100}, 199), days({2, 150, 199}, 200, date(2026, 6, 15))])
    found = results(assigned(100, 100), activity)
    assert found["person_count"].tolist() == [100, 99]
    assert found["outcome_rate"].tolist() == pytest.approx([0.02, 1 / 99])
    assert found.loc["ranked", "rate_difference"] == pytest.approx(1 / 99 - 0.02)
    assert found.loc["control", "reason"] == "the others are compared with it"
    assert set(found["last_day"]) == {END}


def test_the_interval_is_the_one_that_its_paper_prints() -> None:
    # Newcombe 1998, table II, case (a), method 10: 56/70 against 48/80.
    group, control = (
        pd.DataFrame({"has_outcome": [True] * hits + [False] * (count - hits)})
        for hits, count in ((56, 70), (48, 80))
    )
    assert rate_difference(group, control) == pytest.approx((0.2, 0.0524, 0.3339), abs=0.0001)


def test_people_who_are_not_divided_as_declared_have_no_difference() -> None:
    found = results(assigned(600, 400), days({1}, 1000))
    assert found["sample_ratio_p_value"].max() < 1e-6
    assert found.loc["ranked", "rate_difference"] != found.loc["ranked", "rate_difference"]
    assert "not divided as declared" in found.loc["ranked", "reason"]
    assert sample_ratio_p_value([510, 490], [0.5, 0.5]) == pytest.approx(0.527, abs=0.001)


def test_who_was_shown_the_policy_of_another_variant_is_counted_but_stays_where_they_were_assigned() -> None:
    shown = pd.DataFrame(
        {
            "user_key": [0, 1, 1, 100, 101],
            "shown_date": START,
            "policy": ["popular", "popular", "ranker", "ranker", "mail"],
        }
    )
    found = results(assigned(100, 100), days(set(), 200), shown)
    assert found["shown_count"].tolist() == [2, 1]
    assert found["strayed_count"].tolist() == [1, 0]


def test_the_hold_out_stands_beside_everybody_else() -> None:
    keys = np.arange(1000)
    everybody = pd.DataFrame(
        {
            "user_key": keys,
            "experiment": "holdout",
            "variant": np.where(keys < 100, "holdout", "treated"),
            "policy": None,
        }
    )
    declared = Experiments(holdout=Holdout(share=0.1, since=START))
    buyers = set(range(0, 100, 10)) | set(range(100, 1000, 5))
    found = experiment_results(declared, everybody, days(buyers, 1000), SHOWN, DAY).set_index("variant")
    assert found["outcome_rate"].to_dict() == {"treated": 0.2, "holdout": 0.1}
    assert found.loc["holdout", "rate_difference"] == pytest.approx(-0.1)
    assert found.loc["holdout", "rate_difference_high"] < 0


def test_nobody_who_came_gives_no_rate() -> None:
    found = results(assigned(100, 100), days(set(), 200, date(2026, 5, 1)))
    assert found["person_count"].tolist() == [0, 0]
    assert found["outcome_rate"].isna().all()
    assert found.loc["ranked", "reason"] == "nobody came"
