"""Lookalikes are found by models that never saw them; an outcome tree's leaves are rules that hold later."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics import roc_auc_score

from dmp.segments.conditions import Where, parse_condition
from dmp.segments.lookalikes import People, expand, tf_idf
from dmp.segments.outcome_tree import grow
from dmp.segments.tree import AllOf


@pytest.fixture
def people() -> tuple[People, np.ndarray]:
    """Four hundred people, every fourth of a kind that mostly buys the first ten of sixty items."""
    generator = np.random.default_rng(0)
    is_kind = np.arange(400) % 4 == 0
    bought = generator.random((400, 60)) < np.where(is_kind[:, None] & (np.arange(60) < 10), 0.4, 0.05)
    metrics = pd.DataFrame(
        {"order_count_life": generator.integers(1, 9, 400), "recency_days": [np.nan, 3] * 200}
    )
    return People(metrics, tf_idf(csr_matrix(bought.astype(int))), generator.random((400, 4))), is_kind


def test_the_hidden_half_of_a_kind_is_found(people: tuple[People, np.ndarray]) -> None:
    everybody, is_kind = people
    seeds = is_kind & (np.arange(400) % 8 == 0)
    found = expand(everybody, seeds)
    assert roc_auc_score(is_kind[~seeds], found.scores[~seeds]) > 0.9
    speaks_most = found.parts[is_kind & ~seeds].mean().idxmax()
    assert speaks_most in ("bought_like_them", "bought_more_than_others")


def test_no_model_knows_whom_it_scores(people: tuple[People, np.ndarray]) -> None:
    """Seeds drawn by lot look like nobody: whoever was learned from would be told apart."""
    everybody, _ = people
    seeds = np.random.default_rng(1).permutation(400) < 60
    assert roc_auc_score(seeds, expand(everybody, seeds).scores) < 0.62


def test_leaves_are_rules_with_rates_on_later_people() -> None:
    metrics = pd.DataFrame({"order_count_life": np.arange(200) % 10, "recency_days": np.arange(200) // 10})
    did = (metrics["order_count_life"] > 6).to_numpy()
    later = metrics.iloc[:100]
    leaves = grow(metrics, did, later, did[:100] & (np.arange(100) > 9))
    assert leaves[0].who == {"all": [{"field": "order_count_life", "more_than": 6.5}]}
    assert (leaves[0].support, leaves[0].rate) == (60, 1.0)
    assert (leaves[0].later_support, leaves[0].later_rate) == (30, 0.9)
    assert sum(leaf.later_support for leaf in leaves) == 100
    assert isinstance(parse_condition(Where("file", "who"), leaves[0].who), AllOf)
