"""On public data of two policies that ran at once: estimates from one hold what the other's own log shows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.off_policy import rows


@pytest.fixture(scope="module")
def figures(real_data: Path) -> pd.DataFrame:
    return pd.DataFrame(rows(real_data / "open_bandit_small")).set_index(["name", "estimator"])


@pytest.mark.parametrize("campaign", ["men", "women"])
@pytest.mark.parametrize("estimator", ["ips", "snips", "dm", "dr"])
def test_clicks_under_chance_tell_the_click_rate_of_thompson_sampling(
    figures: pd.DataFrame, campaign: str, estimator: str
) -> None:
    told = figures.loc[(f"{campaign}: random -> bts", estimator)]
    assert told["holds_own_rate"], told
    # Two intervals of the same clicks and impressions: weighted ones say less, not more.
    assert told["effective_count"] < 10_000
    assert told["high"] - told["low"] > told["own_rate_high"] - told["own_rate_low"]


@pytest.mark.parametrize("campaign", ["men", "women"])
def test_a_policy_that_hardly_tries_some_items_tells_nothing_of_chance(
    figures: pd.DataFrame, campaign: str
) -> None:
    told = figures.loc[(f"{campaign}: bts -> uniform", "dr")]
    assert told["value"] != told["value"]
    assert "fewer than 20 times" in told["reason"]
