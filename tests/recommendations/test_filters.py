import numpy as np
import pandas as pd
import pytest
from repeat_shop import user_key

from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context
from dmp.recommendations.filters import (
    REMOVED_COLUMNS,
    already_owned,
    below_age,
    blocked_region,
    out_of_stock,
    refused,
    without_consent,
)
from dmp.recommendations.item_facts import repurchase_rates
from dmp.recommendations.lists import filtered
from dmp.recommendations.recipe import CHANNELS, FILTERS, Filter


@pytest.fixture(scope="module")
def candidates(context: Context) -> pd.DataFrame:
    return recall_candidates(context, context.people[["user_key"]], CHANNELS)


def pairs_of(rows: pd.DataFrame) -> list[tuple[int, int]]:
    return sorted(map(tuple, rows[["user_key", "item_key"]].to_numpy().tolist()))


def about(context: Context, removed: pd.DataFrame) -> pd.DataFrame:
    """Removed rows with what is known about the person and the item."""
    items = context.items.rename_axis("item_key").reset_index()[["item_key", "item_id", "is_consumable"]]
    people = context.people[["user_key", "age", "region", "is_consented"]]
    return removed.merge(items, on="item_key").merge(people, on="user_key")


@pytest.mark.parametrize("rule", FILTERS, ids=lambda rule: rule.name)
def test_a_filter_keeps_or_removes_every_candidate_and_says_why(
    rule: Filter, context: Context, candidates: pd.DataFrame
) -> None:
    kept, removed = rule.apply(context, candidates)
    assert pairs_of(pd.concat([kept, removed])) == pairs_of(candidates)
    assert list(kept.columns) == list(candidates.columns)
    assert list(removed.columns) == REMOVED_COLUMNS
    assert len(removed)
    assert set(removed["rule"]) == {rule.name}
    assert removed["detail"].str.len().gt(0).all()


def test_filters_in_a_row_lose_nothing(context: Context, candidates: pd.DataFrame) -> None:
    kept, removed = filtered(context, candidates, FILTERS)
    assert pairs_of(pd.concat([kept, removed])) == pairs_of(candidates)


def test_without_consent_only_what_is_popular_remains_and_nothing_personal_with_it(
    context: Context, candidates: pd.DataFrame
) -> None:
    kept, removed = without_consent(context, candidates)
    assert not about(context, removed)["is_consented"].any()
    left = kept[~kept["user_key"].isin(context.people.loc[context.people["is_consented"], "user_key"])]
    assert len(left)
    assert left["popular_lately_rank"].notna().all()
    personal = [name for name in left.columns if name not in ("user_key", "item_key")]
    personal = [name for name in personal if not name.startswith("popular_lately")]
    assert left[personal].isna().all().all()
    consented = kept[~kept["user_key"].isin(left["user_key"])]
    assert consented["own_purchases_rank"].notna().any()


def test_an_age_limit_removes_the_young_and_those_of_unknown_age(
    context: Context, candidates: pd.DataFrame
) -> None:
    kept, removed = below_age(context, candidates)
    removed = about(context, removed)
    assert set(removed["item_id"]) == {"item02"}
    assert (removed["age"].isna() | (removed["age"] < 18)).all()
    assert removed["age"].isna().any()
    grown = about(context, kept[kept["item_key"] == 2])
    assert len(grown)
    assert (grown["age"] >= 18).all()


def test_an_item_blocked_in_a_region_is_shown_only_to_people_known_to_be_elsewhere(
    context: Context, candidates: pd.DataFrame
) -> None:
    kept, removed = blocked_region(context, candidates)
    assert set(about(context, removed)["item_id"]) == {"item03"}
    assert set(about(context, kept[kept["item_key"] == 3])["region"]) == {"South"}


def test_an_item_without_stock_is_removed(context: Context, candidates: pd.DataFrame) -> None:
    kept, removed = out_of_stock(context, candidates)
    assert set(removed["item_key"]) == {1}
    assert 1 not in set(kept["item_key"])


def test_what_a_person_dismissed_is_refused_for_them_alone(
    context: Context, candidates: pd.DataFrame, activity: pd.DataFrame
) -> None:
    _, removed = refused(context, candidates)
    dismissed = activity[activity["dismiss_count"] > 0].iloc[0]
    item_key = int(dismissed["item_id"][-2:])
    assert pairs_of(removed) == [(dismissed["user_key"], item_key)]


def test_what_is_no_consumable_is_not_offered_to_its_owner(
    context: Context, candidates: pd.DataFrame
) -> None:
    kept, removed = already_owned(context, candidates)
    assert set(removed["item_key"] % 10) == {4}
    bought = context.pairs[(context.pairs["purchase_day_count"] > 0) & (context.pairs["item_key"] % 10 == 4)]
    assert not set(pairs_of(bought)) & set(pairs_of(kept))


def test_without_the_flag_what_hardly_anybody_buys_twice_counts_as_durable(
    context: Context, candidates: pd.DataFrame
) -> None:
    rates = np.where(np.arange(len(context.items)) == 7, 0.01, 0.5)
    items = context.items.assign(is_consumable=pd.NA, repurchase_rate=rates)
    blind = Context(context.cut, items, context.pairs, context.people)
    _, removed = already_owned(blind, candidates)
    assert set(removed["item_key"]) == {7}


def test_repurchase_is_measured_only_on_buyers_who_had_time_to_come_back() -> None:
    items = pd.DataFrame({"category": ["a", "a", None]})
    pairs = pd.DataFrame(
        {
            "item_key": [0] * 30 + [1] * 30,
            "purchase_day_count": [2] * 30 + [1] * 30,
            "first_purchase_days": [40] * 60,
        }
    )
    often, seldom, unknown = repurchase_rates(items, pairs)
    assert often > unknown > seldom
    assert np.isnan(repurchase_rates(items, pairs.assign(first_purchase_days=5))).all()


def test_people_of_the_small_shop_are_found_by_key(context: Context) -> None:
    assert context.positions(np.array([user_key(0)]))[0] == 0
