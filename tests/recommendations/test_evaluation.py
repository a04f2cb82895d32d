from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.recommendations.channel_evaluation import channel_hits, recommendation_channels
from dmp.recommendations.context import Context
from dmp.recommendations.evaluation import list_metrics


@pytest.fixture
def shop() -> Context:
    """Person 1 has bought item c; nobody has bought a, b or d."""
    items = pd.DataFrame(
        {
            "item_id": list("abcd"),
            "is_known": [True, True, True, False],
            "category": ["x", "x", "y", "y"],
            "buyers_life": [0, 0, 1, 0],
        }
    )
    pairs = pd.DataFrame({"user_key": [1], "item_key": [2], "purchase_day_count": [1]})
    return Context(date(2024, 1, 1), items, pairs, pd.DataFrame(), pd.DataFrame({"user_key": [1, 2]}))


def rows(*values: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(values, columns=["user_key", "item_key", "list_rank"])


def test_a_list_that_begins_with_all_that_was_bought_is_perfect(shop: Context) -> None:
    lists = rows((1, 0, 1), (1, 1, 2), (1, 2, 3))
    metrics = list_metrics(shop, lists, rows((1, 0, 0), (1, 1, 0)), np.array([1]))
    assert metrics["ndcg_at_10"] == metrics["recall_at_20"] == metrics["coverage"] == 1
    assert metrics["categories_at_10"] == pytest.approx(2 / 3)


def test_what_was_bought_before_and_what_is_new_to_a_person_are_measured_apart(shop: Context) -> None:
    lists = rows((1, 2, 1), (1, 0, 2), (1, 1, 3))
    metrics = list_metrics(shop, lists, rows((1, 2, 0), (1, 1, 0)), np.array([1]))
    assert metrics["ndcg_at_10_repeated_items"] == 1
    assert metrics["ndcg_at_10_new_items"] == pytest.approx(1 / np.log2(3))  # the second of a, b
    assert metrics["ndcg_at_10_cold_items"] == pytest.approx(1 / np.log2(3))
    assert "ndcg_at_10_repeated_items" not in list_metrics(shop, lists, rows((2, 0, 0)), np.array([2]))


def test_a_channel_is_told_by_what_it_found_and_what_it_alone_found(shop: Context) -> None:
    recalled = pd.DataFrame(
        {
            "user_key": [1, 1, 1], "item_key": np.array([0, 1, 2], dtype=np.int32),
            "one_place": [1.0, 2.0, np.nan], "one_rank": [1.0, np.nan, np.nan],
            "two_place": [3.0, 2.0, 1.0], "two_rank": [3.0, 2.0, 1.0],
        }
    )  # fmt: skip
    outcomes = pd.DataFrame(
        {"user_key": [1, 1, 2], "item_key": [0, 2, 1], "purchase_count": 1, "is_known": [True, True, False]}
    )
    parts = [
        channel_hits(shop, recalled.iloc[rows], outcomes, ["one", "two"])
        for rows in (slice(0, 1), slice(1, 3))
    ]
    found = recommendation_channels(shop, parts, outcomes, {"one": 1, "two": 3}, 30).set_index("channel")
    assert found["found_share"].to_dict() == {"one": 0.5, "two": 1.0, "all_channels": 1.0}
    assert found["found_alone_share"].to_dict() == {"one": 0.0, "two": 0.5, "all_channels": 1.0}
    assert found["recall_of_new_items"].to_dict() == {"one": 1.0, "two": 1.0, "all_channels": 1.0}
    assert found["recall_at_200"].to_dict() == {"one": 0.5, "two": 1.0, "all_channels": 1.0}
    assert found["population_count"].eq(1).all()


def test_a_later_hit_counts_less_and_a_person_without_a_list_nothing(shop: Context) -> None:
    lists = rows((1, 2, 1), (1, 0, 2))
    bought = rows((1, 0, 0), (1, 1, 0), (2, 0, 0))
    metrics = list_metrics(shop, lists, bought, np.array([1, 2]))
    gain, ideal = 1 / np.log2(3), 1 + 1 / np.log2(3)
    assert metrics["ndcg_at_10"] == pytest.approx(gain / ideal / 2)
    assert metrics["recall_at_20"] == pytest.approx(0.25)
    assert metrics["coverage"] == pytest.approx(2 / 3)
