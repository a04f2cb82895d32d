from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dmp.list_order import Aims, ListOrder
from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context
from dmp.recommendations.lists import ranked_candidates
from dmp.recommendations.recipe import CHANNELS
from dmp.recommendations.reranking import item_likeness, reranked
from dmp.recommendations.trade_offs import AIMS, diversity, recommendation_trade_offs

LENGTH = 8


@pytest.fixture(scope="module")
def ranked(context: Context) -> pd.DataFrame:
    """Everyone's candidates by score, each worth 1 where it is bought."""
    recalled = recall_candidates(context, context.people[["user_key"]], CHANNELS)
    rows, _ = ranked_candidates(context, recalled, None, is_served=True)
    return rows.assign(probability=rows["score"], value=rows["score"])


def lists(context: Context, ranked: pd.DataFrame, order: ListOrder) -> pd.DataFrame:
    rows = reranked(replace(context, order=order, list_length=LENGTH), ranked)
    items = context.items.iloc[rows["item_key"].to_numpy()].reset_index(drop=True)
    columns = ["category", "brand", "item_age_days"]
    return rows.assign(**{name: items[name] for name in columns})


def head(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["recommendation_rank"] <= LENGTH]


def test_an_order_that_asks_for_nothing_changes_nothing(context: Context, ranked: pd.DataFrame) -> None:
    rows = reranked(context, ranked)
    pd.testing.assert_frame_equal(rows[list(ranked.columns)], ranked)
    assert rows["rerank_rule"].isna().all()


def test_every_candidate_stays_once_and_ranks_are_whole(context: Context, ranked: pd.DataFrame) -> None:
    rows = lists(context, ranked, ListOrder(most_per_category=2, least_new_items=1, aims=Aims(diversity=0.3)))
    pair = ["user_key", "item_key"]
    pd.testing.assert_frame_equal(
        rows[pair].sort_values(pair, ignore_index=True), ranked[pair].sort_values(pair, ignore_index=True)
    )
    for _, own in rows.groupby("user_key"):
        listed = own["recommendation_rank"] <= LENGTH
        ranks = [*range(1, listed.sum() + 1), *range(LENGTH + 1, LENGTH + 1 + (~listed).sum())]
        assert own["recommendation_rank"].tolist() == ranks
        assert own.loc[~listed, "score_rank"].is_monotonic_increasing


def test_limits_hold_for_everyone_and_name_what_they_kept_out(context: Context, ranked: pd.DataFrame) -> None:
    rows = lists(context, ranked, ListOrder(most_per_category=2, most_per_brand=3))
    for column, most in (("category", 2), ("brand", 3)):
        assert head(rows).groupby(["user_key", column]).size().max() == most
    assert set(rows["rerank_rule"].dropna()) == {"most_per_category", "most_per_brand"}
    assert head(rows)["rerank_rule"].isna().all()
    # What the score alone would list is listed, or says why not.
    lost = rows[(rows["score_rank"] <= LENGTH) & (rows["recommendation_rank"] > LENGTH)]
    assert len(lost)
    assert lost["rerank_rule"].notna().all()


def test_new_items_have_places_where_there_are_any(context: Context, ranked: pd.DataFrame) -> None:
    order = ListOrder(least_new_items=1, new_item_days=6)
    before, after = (lists(context, ranked, one) for one in (ListOrder(), order))
    is_new = after["item_age_days"] <= 6
    could = set(after.loc[is_new, "user_key"])
    assert set(head(after[is_new])["user_key"]) == could
    assert len(could) > head(before[before["item_age_days"] <= 6])["user_key"].nunique()
    assert set(after["rerank_rule"].dropna()) == {"least_new_items"}


def test_aims_bring_what_they_ask_for(context: Context, ranked: pd.DataFrame) -> None:
    plain = head(lists(context, ranked, ListOrder()))
    diverse = head(lists(context, ranked, ListOrder(aims=Aims(diversity=2))))
    alike = item_likeness(context)
    assert diversity(diverse, alike) > diversity(plain, alike) + 0.05
    fresh = head(lists(context, ranked, ListOrder(aims=Aims(freshness=2))))
    assert (fresh["item_age_days"] <= 30).mean() > (plain["item_age_days"] <= 30).mean()
    worth = ranked.assign(value=ranked["score"] * (1 + ranked["item_key"] % 5))
    by_value = head(lists(context, worth, ListOrder(aims=Aims(relevance=0, value=1))))
    best = worth.sort_values("value", ascending=False).groupby("user_key").head(LENGTH)
    assert by_value["value"].sum() == pytest.approx(best["value"].sum())


def test_the_same_candidates_give_the_same_lists_whoever_else_is_ranked(
    context: Context, ranked: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ListOrder(most_per_brand=3, aims=Aims(diversity=0.5, freshness=0.1))
    together = lists(context, ranked, order)
    monkeypatch.setattr("dmp.recommendations.reranking._PEOPLE_AT_ONCE", 7)
    pd.testing.assert_frame_equal(lists(context, ranked, order), together)


def test_the_trade_off_tells_what_each_aim_costs_and_brings(context: Context, ranked: pd.DataFrame) -> None:
    order = ListOrder(aims=Aims(diversity=0.3))
    favourite = ranked.groupby("user_key").head(2)
    outcomes = favourite[["user_key", "item_key"]].assign(purchase_count=1)
    tried = replace(context, order=order, list_length=LENGTH)
    table = recommendation_trade_offs(tried, ranked, outcomes, 12).set_index(["aim", "weight"])
    assert set(table.index.get_level_values("aim")) == set(AIMS)
    diverse = table.loc["diversity"]
    assert diverse.loc[0.0, "ndcg_at_10"] == pytest.approx(1)
    assert diverse["diversity_at_10"].is_monotonic_increasing
    assert diverse["ndcg_at_10"].iloc[-1] < 1
    assert table.loc["freshness", "new_item_share_at_10"].is_monotonic_increasing
    assert diverse.index[diverse["is_in_use"]].tolist() == [0.3]
    assert table["population_count"].eq(outcomes["user_key"].nunique()).all()
    one = np.unique(table[table["is_in_use"]]["ndcg_at_10"])
    assert len(one) == 1
