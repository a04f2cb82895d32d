import numpy as np
import pandas as pd
import pytest

from dmp.recommendations.position_bias import LARGEST_WEIGHT, click_weights, examination_by_position

LOOKED = np.array([1, 0.6, 0.4, 0.25, 0.2])


def clicks(lists: int, seed: int = 0, shuffle: float = 1.0) -> pd.DataFrame:
    """Simulate lists of five of twenty items, the better ones above but for some noise, clicked if looked at."""
    random = np.random.default_rng(seed)
    appeal = np.linspace(0.5, 0.03, 20)
    rows = []
    for _ in range(lists):
        items = np.argsort(-appeal + shuffle * random.normal(size=20) * 0.25)[:5]
        clicked = random.random(5) < LOOKED * appeal[items]
        rows += list(zip(items, range(1, 6), clicked, strict=True))
    table = pd.DataFrame(rows, columns=["item_id", "position", "has_click"])
    return table.assign(item_id=table["item_id"].map("item{:02d}".format))


def test_the_examination_behind_simulated_clicks_is_found_though_better_items_stand_above() -> None:
    impressions = clicks(20_000)
    found = examination_by_position(impressions)
    assert np.allclose(found["examination"], LOOKED, atol=0.04)
    # Plain click rates blame the place for the weaker items in it.
    rates = impressions.groupby("position")["has_click"].mean().to_numpy()
    assert np.abs(rates / rates[0] - LOOKED).max() > 3 * np.abs(found["examination"] - LOOKED).max()


def test_the_order_of_impressions_changes_nothing() -> None:
    impressions = clicks(2_000)
    shuffled = impressions.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(examination_by_position(impressions), examination_by_position(shuffled))


def test_nothing_is_said_from_few_clicks_or_of_items_that_never_moved() -> None:
    assert examination_by_position(clicks(100)).empty
    assert examination_by_position(clicks(5_000, shuffle=0)).empty
    assert examination_by_position(clicks(0)).empty
    # Two shelves that share no item: neither tells of the other's places.
    upper = clicks(5_000).query("position <= 2")
    lower = clicks(5_000, seed=1).query("position > 2").assign(item_id=lambda rows: "other" + rows["item_id"])
    assert examination_by_position(pd.concat([upper, lower])).empty


def test_a_place_with_few_clicks_is_looked_at_like_the_one_above() -> None:
    impressions = clicks(5_000)
    seldom = impressions["position"] == 5
    impressions.loc[seldom & (impressions.index > 100), "has_click"] = False
    found = examination_by_position(impressions).set_index("position")["examination"]
    assert found[5] == found[4]


def test_clicks_count_more_where_fewer_look_and_never_more_than_the_largest_weight() -> None:
    examination = pd.DataFrame({"position": [1, 2, 4], "examination": [1, 0.5, 0.01]})
    weights = click_weights(np.array([1, 2, 3, 4, 9]), examination)
    assert weights.tolist() == pytest.approx([1, 2, 2, LARGEST_WEIGHT, LARGEST_WEIGHT])
    assert click_weights(np.array([1, 7]), examination.iloc[:0]).tolist() == [1, 1]


def test_weighted_clicks_recover_how_appealing_items_are() -> None:
    impressions = clicks(20_000)
    weights = click_weights(impressions["position"].to_numpy(), examination_by_position(impressions))
    counts = (
        impressions.assign(count=impressions["has_click"] * weights)
        .groupby("item_id")["count"]
        .agg(["mean", "size"])
    )
    often = counts[counts["size"] > 2000]
    appeal = pd.Series(np.linspace(0.5, 0.03, 20), index=[f"item{number:02d}" for number in range(20)])
    assert np.allclose(often["mean"], appeal[often.index], atol=0.04)
