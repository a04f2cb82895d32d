"""A logged policy is judged by the shares of its log, unless it chooses by person, which shares cannot show."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.experiments.policy_estimates import policy_estimates
from dmp.experiments.target_policies import doubt_about, logged_policy, uniform_policy

COUNT = 2_000


def impressions(policy: str, propensity: np.ndarray, seed: int = 0) -> pd.DataFrame:
    """A log in which `propensity` is the chance of the item a at each moment, and b is shown otherwise."""
    rng = np.random.default_rng(seed)
    is_a = rng.random(COUNT) < propensity
    return pd.DataFrame(
        {
            "placement": "page", "policy": policy, "position": 1, "item_id": np.where(is_a, "a", "b"),
            "propensity": np.where(is_a, propensity, 1 - propensity), "person": None,
            "shown_order": np.arange(COUNT),
            "has_click": rng.random(COUNT) < np.where(is_a, 0.3, 0.1), "has_order": False,
            "cluster": [f"{policy}{number}" for number in range(COUNT)],
        }
    )  # fmt: skip


CHANCE = impressions("chance", np.full(COUNT, 0.5))
LEARNING = impressions("learning", np.linspace(0.3, 0.9, COUNT), seed=1)
PERSONAL = impressions("personal", np.where(np.random.default_rng(2).random(COUNT) < 0.5, 0.2, 0.8), seed=2)
EVERYTHING = pd.concat([CHANCE, LEARNING, PERSONAL], ignore_index=True)


@pytest.mark.parametrize("policy", ["chance", "learning"])
def test_a_policy_that_is_the_same_for_everybody_is_what_its_log_shows_even_if_it_learns(policy: str) -> None:
    assert doubt_about(EVERYTHING, policy) is None
    # In any order of rows.
    assert doubt_about(EVERYTHING.sample(frac=1, random_state=1), policy) is None


def test_a_policy_that_chooses_by_person_is_not_judged_by_its_shares() -> None:
    assert "chooses by person" in str(doubt_about(EVERYTHING, "personal"))
    found = policy_estimates(EVERYTHING, date(2026, 6, 28))
    told = found[(found["logged_policy"] == "chance") & (found["outcome"] == "click")]
    assert set(told.loc[told["target_policy"] == "personal", "status"]) == {"abstained"}
    assert set(told.loc[told["target_policy"] == "learning", "status"]) == {"estimated"}


def test_every_pair_of_policies_has_its_rows_and_a_policy_itself_its_own_mean() -> None:
    found = policy_estimates(EVERYTHING, date(2026, 6, 28))
    keys = ["placement", "outcome", "logged_policy", "target_policy", "estimator"]
    assert not found.duplicated(keys).any()
    own = found[found["estimator"] == "observed"].set_index(["outcome", "logged_policy"])["value"]
    assert own["click", "chance"] == pytest.approx(CHANCE["has_click"].mean())
    # Chance shows a and b equally often, which is what uniform does.
    uniform = found.query("logged_policy == 'chance' and target_policy == 'uniform' and outcome == 'click'")
    assert uniform.set_index("estimator").loc["ips", "value"] == pytest.approx(CHANCE["has_click"].mean())


def test_the_chances_of_one_place_sum_to_one() -> None:
    for policy in (logged_policy(EVERYTHING, "learning"), uniform_policy(EVERYTHING)):
        assert policy.groupby(["placement", "position"])["probability"].sum().tolist() == pytest.approx([1.0])
    assert logged_policy(EVERYTHING, "learning")["probability"].iloc[0] == pytest.approx(0.6, abs=0.05)


def test_no_impressions_give_an_empty_table_with_every_column() -> None:
    found = policy_estimates(EVERYTHING.iloc[:0], date(2026, 6, 28))
    assert len(found) == 0
    assert {"placement", "value", "thin_share"} <= set(found.columns)
