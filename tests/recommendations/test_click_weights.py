from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from repeat_shop import AS_OF_DATE, NO_CONSENT, context_with_vectors, shop, user_key

from dmp.recommendations.click_weights import logged_impressions, weights_of_clicks
from dmp.recommendations.context import Context
from dmp.recommendations.outcomes import outcomes_after
from dmp.recommendations.training import training_rows

CUT = AS_OF_DATE - timedelta(days=20)
LOOKED = (1.0, 0.5, 0.25)


def impressions(lists: int = 4_000) -> pd.DataFrame:
    """Lists of three of twelve items in any order; a click comes with half the chance that its place is looked at."""
    random = np.random.default_rng(0)
    count = lists * 3
    position = np.tile([1, 2, 3], lists)
    items = np.concatenate([random.choice(12, 3, replace=False) for _ in range(lists)])
    day = np.repeat(random.integers(1, 11, lists), 3)
    shown = [CUT + timedelta(days=int(one)) for one in day]
    table = pd.DataFrame(
        {
            "impression_id": [f"shop:{number:06d}" for number in range(count)],
            "placement": "home",
            "item_id": [f"item{item:02d}" for item in items],
            "position": position,
            "user_key": np.repeat([user_key(number) for number in random.integers(0, 100, lists)], 3),
            "shown_date": shown,
            "landed_date": shown,
            "has_click": random.random(count) < 0.5 * np.array(LOOKED)[position - 1],
        }
    )
    # Nobody is known of the last list.
    people = table["user_key"].astype("Int64").mask(table.index >= count - 3)
    return table.assign(click_landed_date=table["shown_date"].where(table["has_click"]), user_key=people)


@pytest.fixture(scope="module")
def logged(activity: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    connection = shop(activity)
    connection.register("logged", impressions())
    connection.execute("INSERT INTO insight.list_impressions BY NAME FROM logged")
    return connection


@pytest.fixture(scope="module")
def past(logged: duckdb.DuckDBPyConnection) -> Context:
    return context_with_vectors(logged, CUT)


def weighed(logged: duckdb.DuckDBPyConnection, past: Context) -> pd.DataFrame:
    return weights_of_clicks(past, logged_impressions(logged, AS_OF_DATE), CUT + timedelta(days=12))


def test_clicks_in_low_places_weigh_more(logged: duckdb.DuckDBPyConnection, past: Context) -> None:
    shown = logged_impressions(logged, AS_OF_DATE)
    clicked = shown[shown["has_click"]]
    once = clicked[~clicked.duplicated(["user_key", "item_id"], keep=False)]
    items = once["item_id"].str[-2:].astype(int).astype("int32")
    weights = weighed(logged, past).merge(once.assign(item_key=items), on=["user_key", "item_key"])
    means = weights.groupby("position")["weight"].mean()
    assert means.tolist() == pytest.approx([1, 2, 4], rel=0.15)


def test_of_several_clicks_on_an_item_the_one_in_the_best_place_counts(
    logged: duckdb.DuckDBPyConnection, past: Context
) -> None:
    weights = weighed(logged, past)
    assert not weights.duplicated(["user_key", "item_key"]).any()
    shown = logged_impressions(logged, AS_OF_DATE)
    best = shown[shown["has_click"]].groupby(["user_key", "item_id"])["position"].min()
    first = {(key, int(item[-2:])) for (key, item), position in best.items() if position == 1}
    told = weights.set_index(["user_key", "item_key"])["weight"]
    assert {pair for pair, weight in told.items() if weight == 1} == first & set(told.index)


def test_nobody_who_refused_is_learnt_from(logged: duckdb.DuckDBPyConnection, past: Context) -> None:
    assert user_key(NO_CONSENT) in set(logged_impressions(logged, AS_OF_DATE)["user_key"])
    assert user_key(NO_CONSENT) not in set(weighed(logged, past)["user_key"])


def test_only_what_was_known_and_had_its_week_counts(logged: duckdb.DuckDBPyConnection) -> None:
    early = logged_impressions(logged, CUT + timedelta(days=9))
    assert max(early["shown_date"]) == CUT + timedelta(days=2)
    assert logged_impressions(logged, CUT).empty
    late = logged_impressions(logged, AS_OF_DATE)
    assert len(late) == len(impressions())
    assert (~late["is_person"]).sum() == 3
    logged.execute(
        "BEGIN; UPDATE insight.list_impressions SET click_landed_date = DATE '2024-05-01' WHERE has_click"
    )
    assert not logged_impressions(logged, AS_OF_DATE)["has_click"].any()
    logged.execute("ROLLBACK")


def test_training_rows_found_through_lists_carry_the_weight_and_others_one(
    logged: duckdb.DuckDBPyConnection, past: Context
) -> None:
    last_date = CUT + timedelta(days=12)
    context = context_with_vectors(logged, CUT)
    outcomes = outcomes_after(logged, CUT, last_date, AS_OF_DATE)
    clicks = weighed(logged, past)
    plain, weighted = training_rows(context, outcomes), training_rows(context, outcomes, clicks)
    assert (plain.weight == 1).all()
    assert (weighted.weight[weighted.label == 0] == 1).all()
    assert weighted.weight.max() > 3
    assert plain.content_hash != weighted.content_hash
    assert (plain.label == weighted.label).all()


def test_a_shop_without_logged_lists_weighs_all_the_same(
    context: Context, connection: duckdb.DuckDBPyConnection
) -> None:
    nothing = logged_impressions(connection, AS_OF_DATE)
    assert weights_of_clicks(context, nothing, date(2024, 5, 1)).empty
