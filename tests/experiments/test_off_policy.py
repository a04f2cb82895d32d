"""Estimates for another policy are right on tiny logs, cover the truth as often as they say, or say why not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from logs import CONTEXT, LOGGED, PLACES, TARGET, TRUTH, drawn_log, policy

from dmp.experiments.off_policy import off_policy_estimates
from dmp.experiments.weights import clustered_error, weighed


def tiny_log(items: str, outcomes: list[int], propensity: float = 0.5) -> pd.DataFrame:
    return pd.DataFrame(
        {
            **PLACES,
            "item_id": list(items),
            "propensity": propensity,
            "outcome": outcomes,
            "cluster": range(len(items)),
        }
    )


def by_estimator(estimates: pd.DataFrame) -> pd.DataFrame:
    return estimates.set_index("estimator")


def test_ips_and_snips_are_the_sums_that_their_papers_write() -> None:
    # A coin chose a or b; the target shows a three times of four. Weights 1.5 and 0.5.
    log = tiny_log("aabb" * 100, [1, 0, 1, 1] * 100)
    found = by_estimator(off_policy_estimates(log, policy(np.array([0.75, 0.25]))))
    assert found.loc["ips", "value"] == pytest.approx((1.5 + 0 + 0.5 + 0.5) / 4)
    assert found.loc["snips", "value"] == pytest.approx((1.5 + 0.5 + 0.5) / (1.5 + 1.5 + 0.5 + 0.5))
    assert found.loc["ips", "effective_count"] == pytest.approx(400 * 4**2 / (4 * 5.0))
    # On the scale of logarithms: times or divided by exp(1.96 standard errors over the value).
    reach = np.exp(1.959964 * np.std([1.5, 0, 0.5, 0.5]) / 20 / 0.625)
    assert found.loc["ips", ["low", "high"]].tolist() == pytest.approx([0.625 / reach, 0.625 * reach])


def test_the_direct_method_averages_its_model_over_what_the_target_would_show() -> None:
    # With much data the model's rates are those of the log: 0.2 for a, 0.6 for b.
    log = tiny_log("a" * 5000 + "b" * 5000, [1, 0, 0, 0, 0] * 1000 + [1, 1, 1, 0, 0] * 1000)
    found = by_estimator(off_policy_estimates(log, policy(np.array([0.9, 0.1]))))
    assert found.loc["dm", "value"] == pytest.approx(0.9 * 0.2 + 0.1 * 0.6, abs=0.002)
    assert found.loc["dr", "value"] == pytest.approx(0.24, abs=0.002)


def test_doubly_robust_is_right_where_its_model_cannot_be() -> None:
    # The model adds up parts of person and item, but each kind wants other items: it misses by a quarter.
    values = [
        by_estimator(off_policy_estimates(drawn_log(seed, 4_000), policy(TARGET)))["value"]
        for seed in range(10)
    ]
    assert np.mean([value["dr"] for value in values]) == pytest.approx(TRUTH, rel=0.03)


@pytest.mark.parametrize("estimator", ["ips", "snips", "dr", "dm"])
def test_intervals_hold_the_truth_as_often_as_they_say(estimator: str, simulated: pd.DataFrame) -> None:
    own = simulated[simulated["estimator"] == estimator]
    covered = ((own["low"] <= TRUTH) & (own["high"] >= TRUTH)).mean()
    # Of 50 draws at 95 %, fewer than 43 hold the truth once in three hundred times.
    assert covered >= 0.86


@pytest.fixture(scope="module")
def simulated() -> pd.DataFrame:
    return pd.concat([off_policy_estimates(drawn_log(seed), policy(TARGET), [CONTEXT]) for seed in range(50)])


def test_outcomes_of_one_person_count_as_one_when_they_always_agree() -> None:
    log = tiny_log("ab" * 500, [1, 0] * 500)
    doubled = pd.concat([log, log], ignore_index=True)
    one = by_estimator(off_policy_estimates(log, policy(np.array([0.5, 0.5]))))
    two = by_estimator(off_policy_estimates(doubled, policy(np.array([0.5, 0.5]))))
    assert two.loc["ips", "high"] - two.loc["ips", "low"] == pytest.approx(
        one.loc["ips", "high"] - one.loc["ips", "low"]
    )
    assert clustered_error(np.array([1.0, -1.0]), pd.Series([1, 1])) == 0


def test_nothing_is_told_of_items_that_the_log_never_showed() -> None:
    log = tiny_log("ab" * 500, [1, 0] * 500)
    found = off_policy_estimates(log, policy(np.array([0.5, 0.4, 0.1])))
    assert set(found["status"]) == {"abstained"}
    assert found["value"].isna().all()
    assert found["low"].isna().all()
    assert found["reason"].iloc[0].startswith("10.0% of what the policy would show was never shown")


def test_nothing_is_told_when_few_impressions_carry_all_the_weight() -> None:
    log = drawn_log(3, 2_000, np.array([0.92, 0.02, 0.02, 0.02, 0.02]))
    found = off_policy_estimates(log, policy(np.array([0.0, 0.0, 0.0, 0.5, 0.5])))
    assert "effective impressions: fewer than 200" in found["reason"].iloc[0]


def test_nothing_is_told_when_much_was_shown_only_a_few_times() -> None:
    log = drawn_log(3, 2_000, np.array([0.984, 0.004, 0.004, 0.004, 0.004]))
    found = off_policy_estimates(log, policy(np.array([0.7, 0.0, 0.0, 0.15, 0.15])))
    assert (
        found["reason"]
        .iloc[0]
        .startswith("30% of what the policy would show was shown there fewer than 20 times")
    )


def test_nothing_is_told_when_propensities_are_not_those_that_chose() -> None:
    log = drawn_log(4).assign(propensity=0.2)
    found = off_policy_estimates(log, policy(TARGET))
    assert "the logged propensities do not fit" in found["reason"].iloc[0]


def test_nothing_is_told_when_clipping_takes_too_much() -> None:
    found = off_policy_estimates(drawn_log(5), policy(TARGET), limit=1.0)
    assert found["reason"].iloc[0].startswith("clipping weights at 1 takes")
    assert (found["weight_limit"] == 1.0).all()


def test_nothing_is_told_of_a_log_without_outcomes_or_rows() -> None:
    empty = off_policy_estimates(drawn_log(6).assign(outcome=0.0), policy(TARGET))
    assert empty["reason"].iloc[0].startswith("0 outcomes")
    nothing = off_policy_estimates(drawn_log(6).iloc[:0], policy(TARGET), [CONTEXT])
    assert nothing["reason"].iloc[0].startswith("0 impressions")


def test_the_order_of_a_log_changes_nothing() -> None:
    log = drawn_log(7)
    shuffled = log.sample(frac=1, random_state=1)
    one = off_policy_estimates(log, policy(TARGET), [CONTEXT])
    other = off_policy_estimates(shuffled, policy(TARGET), [CONTEXT])
    pd.testing.assert_frame_equal(one, other, rtol=1e-6)


def test_a_policy_that_differs_by_person_is_judged_where_it_decides() -> None:
    log = drawn_log(8).assign(person=lambda rows: rows.index % 3)
    lists = policy(LOGGED).merge(pd.DataFrame({"person": [0, 1]}), how="cross")
    found = weighed(log, lists, [])
    assert found.covered_share == pytest.approx(2 / 3, abs=0.001)
    assert np.allclose(found.weight, 1)
