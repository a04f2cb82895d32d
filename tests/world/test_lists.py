"""The home page's lists keep to the chances that they log, and estimates from one policy find the other's truth."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from dmp.experiments.off_policy import off_policy_estimates
from dmp.experiments.weights import PLACE
from dmp.world.shop import write_world


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("listed")
    write_world(root / "landing", root / "truth", people=1500, days=60, seed=3, has_lists=True)
    return root


@pytest.fixture(scope="module")
def log(listed: Path) -> pd.DataFrame:
    """Impressions with their outcome, as an analyst joins them."""
    files = sorted(listed.glob("landing/shop/*/list_events.jsonl"))
    rows = pd.DataFrame([json.loads(line) for path in files for line in path.read_bytes().splitlines()])
    keys = ["list_id", "position"]
    clicked = rows.loc[rows["event_type"] == "click", keys].assign(outcome=1.0)
    shown = rows[rows["event_type"] == "impression"].merge(clicked, on=keys, how="left")
    return shown.fillna({"outcome": 0.0}).assign(person=shown["user_id"], cluster=shown["user_id"])


@pytest.fixture(scope="module")
def choices(listed: Path) -> pd.DataFrame:
    return pd.read_parquet(listed / "truth" / "list_choices.parquet")


def test_lists_change_nothing_else_in_the_world(listed: Path, tmp_path: Path) -> None:
    write_world(tmp_path / "landing", tmp_path / "truth", people=1500, days=60, seed=3)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (listed / path.relative_to(tmp_path)).read_bytes(), path


def test_a_logged_propensity_is_the_chance_that_the_policy_had(
    log: pd.DataFrame, choices: pd.DataFrame
) -> None:
    own = log.merge(choices, on=["user_id", *PLACE, "item_id"])
    assert len(own) == len(log)
    for policy in ("random", "taste"):
        of_it = own[own["policy"] == policy]
        assert of_it["propensity"].to_numpy() == pytest.approx(of_it[f"{policy}_probability"].to_numpy())
    # Where a chance is p, the item is picked p of the times: Brier's score is what it has to be.
    assert (1 / own.loc[own["policy"] == "taste", "propensity"]).mean() == pytest.approx(8, rel=0.05)


@pytest.mark.parametrize(("logged", "target"), [("random", "taste"), ("taste", "random")])
def test_a_log_tells_what_the_other_policy_would_have_brought(
    log: pd.DataFrame, choices: pd.DataFrame, logged: str, target: str
) -> None:
    own = log[log["policy"] == logged]
    chosen = choices.rename(columns={"user_id": "person", f"{target}_probability": "probability"})
    found = off_policy_estimates(own, chosen[["person", *PLACE, "item_id", "probability"]])
    places = own[["person", *PLACE]].merge(chosen, on=["person", *PLACE])
    truth = (places["probability"] * places["click_probability"]).sum() / len(own)
    observed = own["outcome"].mean()
    told = found.set_index("estimator").loc[["ips", "snips", "dr"]]
    assert ((told["low"] <= truth) & (truth <= told["high"])).all(), (truth, told)
    # The two policies differ by more than the estimates are off.
    assert (told["value"] - truth).abs().max() < abs(observed - truth) / 2
