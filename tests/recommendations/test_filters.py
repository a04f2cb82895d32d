from dataclasses import replace
from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from repeat_shop import AS_OF_DATE, user_key
from strict_rules import STRICT

from dmp.list_rules import ListRules
from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context, context_as_known
from dmp.recommendations.filters.already_owned import already_owned
from dmp.recommendations.filters.below_age import below_age
from dmp.recommendations.filters.blocked_region import blocked_region
from dmp.recommendations.filters.held_out import held_out
from dmp.recommendations.filters.not_available import not_available
from dmp.recommendations.filters.out_of_stock import out_of_stock
from dmp.recommendations.filters.outside_price_band import outside_price_band
from dmp.recommendations.filters.parting import REMOVED_COLUMNS
from dmp.recommendations.filters.refused import refused
from dmp.recommendations.filters.seen_without_effect import seen_without_effect
from dmp.recommendations.filters.sensitive_category import sensitive_category
from dmp.recommendations.filters.shown_too_often import shown_too_often
from dmp.recommendations.filters.tired_of_group import tired_of_group
from dmp.recommendations.filters.without_consent import without_consent
from dmp.recommendations.item_facts import repurchase_rates
from dmp.recommendations.lists import by_score, filtered, scored
from dmp.recommendations.recipe import CHANNELS, FILTERS, Filter
from dmp.settings import Settings


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


def bound(context: Context, **bounds: dict[str, object]) -> Context:
    """The context under other bounds of rules, whose facts do not depend on them."""
    return replace(context, rules=ListRules.model_validate(bounds))


@pytest.fixture(scope="module")
def strict(connection: duckdb.DuckDBPyConnection) -> Context:
    known = context_as_known(connection, AS_OF_DATE, AS_OF_DATE, settings=Settings(list_rules=STRICT))
    return replace(known, held_out=pd.DataFrame({"user_key": known.user_keys[:3], "policy": None}))


@pytest.mark.parametrize("rule", FILTERS, ids=lambda rule: rule.name)
def test_a_filter_keeps_or_removes_every_candidate_and_says_why(
    rule: Filter, strict: Context, candidates: pd.DataFrame
) -> None:
    kept, removed = rule.apply(strict, candidates)
    assert pairs_of(pd.concat([kept, removed])) == pairs_of(candidates)
    assert list(kept.columns) == list(candidates.columns)
    assert list(removed.columns) == REMOVED_COLUMNS
    assert len(removed)
    assert set(removed["rule"]) == {rule.name}
    assert removed["detail"].str.len().gt(0).all()


def test_filters_in_a_row_lose_nothing(strict: Context, candidates: pd.DataFrame) -> None:
    kept, removed = filtered(strict, candidates, FILTERS)
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


def test_held_out_people_keep_what_is_popular_alone_or_nothing(
    context: Context, candidates: pd.DataFrame
) -> None:
    consented = context.people.loc[context.people["is_consented"].astype(bool), "user_key"].to_numpy()
    listed, listless = consented[:2]
    table = pd.DataFrame({"user_key": [listed, listless], "policy": ["popular", None]})
    held = replace(context, held_out=table)
    kept, removed = held_out(held, candidates)
    own = kept[kept["user_key"] == listed]
    assert len(own)
    assert own["popular_lately_rank"].notna().all()
    personal = [name for name in own.columns[2:] if not name.startswith("popular_lately")]
    assert own[personal].isna().all().all()
    assert not (kept["user_key"] == listless).any()
    assert set(removed["user_key"]) == {listed, listless}
    others = candidates[~candidates["user_key"].isin([listed, listless])]
    pd.testing.assert_frame_equal(kept[~kept["user_key"].isin([listed, listless])], others)


def test_a_ranker_orders_no_list_of_who_is_held_out(context: Context, candidates: pd.DataFrame) -> None:
    (held_key,) = context.people.loc[context.people["is_consented"].astype(bool), "user_key"].to_numpy()[:1]
    held = replace(context, held_out=pd.DataFrame({"user_key": [held_key], "policy": ["popular"]}))
    assert not held.is_personal(np.array([held_key]))[0]
    kept, _ = held_out(held, candidates)
    own = by_score(scored(held, kept[kept["user_key"] == held_key], None))
    assert own["popular_lately_rank"].is_monotonic_increasing


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


def test_an_item_is_shown_only_on_days_within_its_window(context: Context, candidates: pd.DataFrame) -> None:
    _, removed = not_available(context, candidates)
    details = set(zip(removed["item_key"], removed["detail"], strict=True))
    assert details == {(5, "available until 2024-04-10"), (6, "available from 2024-04-12")}
    for day, items in ((AS_OF_DATE - timedelta(days=1), {6}), (AS_OF_DATE + timedelta(days=1), {5})):
        assert set(not_available(replace(context, cut=day), candidates)[1]["item_key"]) == items


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


def test_a_sensitive_category_is_shown_only_with_consent_to_it(
    context: Context, candidates: pd.DataFrame
) -> None:
    declared = bound(context, sensitive_category={"categories": ["Category 1"]})
    kept, removed = sensitive_category(declared, candidates)
    assert set(removed["item_key"] // 10) == {1}
    consented = context.people.set_index("user_key")["is_consented_sensitive"]
    assert not consented[removed["user_key"]].any()
    assert consented[kept.loc[kept["item_key"] // 10 == 1, "user_key"]].all()
    assert len(sensitive_category(context, candidates)[1]) == 0


def test_one_dismissal_counts_against_its_category_and_brand_for_that_person_until_it_fades(
    context: Context, candidates: pd.DataFrame, activity: pd.DataFrame
) -> None:
    dismissed = activity[activity["dismiss_count"] > 0].iloc[0]
    item_key, age = int(dismissed["item_id"][-2:]), (AS_OF_DATE - dismissed["event_date"]).days
    lately = bound(context, tired_of_group={"dismissals": 0.5, "half_life_days": age})
    _, removed = tired_of_group(lately, candidates)
    assert set(removed["user_key"]) == {dismissed["user_key"]}
    assert len(removed) > 1
    alike = (removed["item_key"] // 10 == item_key // 10) | (removed["item_key"] % 3 == item_key % 3)
    assert alike.all()
    faded = bound(context, tired_of_group={"dismissals": 0.5, "half_life_days": age - 1})
    assert len(tired_of_group(faded, candidates)[1]) == 0


def test_an_item_seen_often_is_removed_unless_something_came_of_it(
    connection: duckdb.DuckDBPyConnection, candidates: pd.DataFrame, activity: pd.DataFrame
) -> None:
    rules = ListRules.model_validate({"seen_without_effect": {"times": 3, "days": 60}})
    context = context_as_known(connection, AS_OF_DATE, AS_OF_DATE, settings=Settings(list_rules=rules))
    _, removed = seen_without_effect(context, candidates)
    ages = activity["event_date"].map(lambda day: (AS_OF_DATE - day).days)
    recent = activity[ages < 60].assign(item_key=lambda rows: rows["item_id"].str[-2:].astype(int))
    sums = recent.groupby(["user_key", "item_key"])[["view_count", "cart_count", "purchase_count"]].sum()
    # A look is logged as shown and as looked at.
    expected = sums[(2 * sums["view_count"] >= 3) & (sums["cart_count"] + sums["purchase_count"] == 0)]
    assert set(pairs_of(removed)) == set(expected.index) & set(pairs_of(candidates))
    assert len(removed)


def test_a_cap_counts_the_days_on_which_an_item_was_shown(
    connection: duckdb.DuckDBPyConnection, candidates: pd.DataFrame, activity: pd.DataFrame
) -> None:
    rules = ListRules.model_validate({"shown_too_often": {"most_days": 2, "days": 30}})
    context = context_as_known(connection, AS_OF_DATE, AS_OF_DATE, settings=Settings(list_rules=rules))
    _, removed = shown_too_often(context, candidates)
    ages = activity["event_date"].map(lambda day: (AS_OF_DATE - day).days)
    recent = activity[ages < 30].assign(item_key=lambda rows: rows["item_id"].str[-2:].astype(int))
    days = recent.groupby(["user_key", "item_key"])["event_date"].nunique()
    assert set(pairs_of(removed)) == set(days[days >= 2].index) & set(pairs_of(candidates))
    assert len(removed)


def test_a_price_far_from_the_usual_one_is_removed_for_those_who_have_a_usual_one(
    context: Context, candidates: pd.DataFrame
) -> None:
    banded = bound(context, outside_price_band={"dearer_times": 2, "minimum_items": 3})
    kept, removed = outside_price_band(banded, candidates)
    assert set(removed["item_key"] % 10) == {9}
    bought = context.pairs[context.pairs["purchase_day_count"] > 0].groupby("user_key").size()
    assert (bought[removed["user_key"].unique()] >= 3).all()
    assert not (bought.reindex(kept.loc[kept["item_key"] % 10 == 9, "user_key"].unique()) >= 3).any()
    wide = bound(context, outside_price_band={"dearer_times": 11, "cheaper_times": 2, "minimum_items": 3})
    assert len(outside_price_band(wide, candidates)[1]) == 0


def test_a_dismissal_counts_as_long_as_the_home_says(
    context: Context, candidates: pd.DataFrame, activity: pd.DataFrame
) -> None:
    age = (AS_OF_DATE - activity.loc[activity["dismiss_count"] > 0, "event_date"].iloc[0]).days
    assert len(refused(bound(context, refused={"days": age + 1}), candidates)[1]) == 1
    assert len(refused(bound(context, refused={"days": age}), candidates)[1]) == 0


def test_stock_below_the_homes_bound_is_out_of_stock(context: Context, candidates: pd.DataFrame) -> None:
    kept, removed = out_of_stock(bound(context, out_of_stock={"at_least": 6}), candidates)
    assert kept.empty
    assert set(removed["detail"]) == {"0 left in stock", "5 left in stock"}


def test_without_the_flag_what_hardly_anybody_buys_twice_counts_as_durable(
    context: Context, candidates: pd.DataFrame
) -> None:
    rates = np.where(np.arange(len(context.items)) == 7, 0.01, 0.5)
    items = context.items.assign(is_consumable=pd.NA, repurchase_rate=rates)
    blind = replace(context, items=items)
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
