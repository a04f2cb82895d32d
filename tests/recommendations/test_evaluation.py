from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.recommendations.context import Context
from dmp.recommendations.evaluation import list_metrics


@pytest.fixture
def shop() -> Context:
    items = pd.DataFrame({"item_id": list("abcd"), "is_known": [True, True, True, False]})
    return Context(date(2024, 1, 1), items, pd.DataFrame(), pd.DataFrame({"user_key": [1, 2]}))


def rows(*values: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(values, columns=["user_key", "item_key", "list_rank"])


def test_a_list_that_begins_with_all_that_was_bought_is_perfect(shop: Context) -> None:
    lists = rows((1, 0, 1), (1, 1, 2), (1, 2, 3))
    metrics = list_metrics(shop, lists, rows((1, 0, 0), (1, 1, 0)), np.array([1]))
    assert metrics == {"ndcg_at_10": 1.0, "recall_at_20": 1.0, "coverage": 1.0}


def test_a_later_hit_counts_less_and_a_person_without_a_list_nothing(shop: Context) -> None:
    lists = rows((1, 2, 1), (1, 0, 2))
    bought = rows((1, 0, 0), (1, 1, 0), (2, 0, 0))
    metrics = list_metrics(shop, lists, bought, np.array([1, 2]))
    gain, ideal = 1 / np.log2(3), 1 + 1 / np.log2(3)
    assert metrics["ndcg_at_10"] == pytest.approx(gain / ideal / 2)
    assert metrics["recall_at_20"] == pytest.approx(0.25)
    assert metrics["coverage"] == pytest.approx(2 / 3)
