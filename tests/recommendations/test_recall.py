from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from repeat_shop import AS_OF_DATE, COLD, NO_CONSENT, context_with_vectors, shop, user_key
from threadpoolctl import threadpool_info

from dmp.recommendations.candidates import proposals, recall_candidates
from dmp.recommendations.context import Context
from dmp.recommendations.ordering import CHANNEL_COLUMNS, best_of_matrix
from dmp.recommendations.recipe import CHANNELS, Channel, candidate_limit

CUT = date(2024, 3, 1)
every_channel = pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)


def proposed_by(
    channel: Channel, context: Context, people: pd.DataFrame, quota: int | None = None
) -> pd.DataFrame:
    """Return what a channel proposes."""
    return proposals(context, people["user_key"].to_numpy(), channel, quota)


@pytest.fixture(scope="module")
def past(connection: duckdb.DuckDBPyConnection) -> Context:
    return context_with_vectors(connection, CUT)


@pytest.fixture(scope="module")
def past_alone(activity: pd.DataFrame) -> Context:
    """The same cut in a shop in which nothing has happened since, with its rows in another order."""
    before = activity[activity["event_date"] <= CUT].sample(frac=1, random_state=1)
    return context_with_vectors(shop(before), CUT)


@every_channel
def test_a_channel_ranks_each_pair_once_from_one_without_gaps_within_its_quota(
    channel: Channel, context: Context
) -> None:
    for quota in (channel.quota, 3):
        proposed = proposed_by(channel, context, context.people, quota)
        assert list(proposed.columns) == CHANNEL_COLUMNS
        assert not proposed.duplicated(["user_key", "item_key"]).any()
        for _, ranks in proposed.groupby("user_key")["channel_rank"]:
            assert ranks.tolist() == list(range(1, len(ranks) + 1))
            assert len(ranks) <= quota
        assert (proposed.groupby("user_key")["channel_score"].diff().fillna(0) <= 0).all()


@every_channel
def test_a_channel_proposes_only_items_known_on_the_cut_to_the_people_asked_for(
    channel: Channel, past: Context
) -> None:
    people = past.people[["user_key"]].iloc[10:20]
    proposed = proposed_by(channel, past, people)
    assert past.items["is_known"].to_numpy()[proposed["item_key"]].all()
    assert "item39" not in set(past.items["item_id"].to_numpy()[proposed["item_key"]])
    assert set(proposed["user_key"]) <= set(people["user_key"])


@every_channel
def test_a_channel_knows_nothing_after_the_cut_and_no_order_of_rows(
    channel: Channel, past: Context, past_alone: Context
) -> None:
    seen = proposed_by(channel, past, past.people[["user_key"]])
    alone = proposed_by(channel, past_alone, past_alone.people[["user_key"]])
    pd.testing.assert_frame_equal(seen, alone)


@every_channel
def test_a_channel_gives_a_person_the_same_items_alone_and_among_others(
    channel: Channel, context: Context
) -> None:
    everyone = proposed_by(channel, context, context.people[["user_key"]])
    person = context.people[["user_key"]].iloc[[7]]
    alone = proposed_by(channel, context, person)
    among = everyone[everyone["user_key"] == person["user_key"].iloc[0]].reset_index(drop=True)
    assert alone[["item_key", "channel_rank"]].equals(among[["item_key", "channel_rank"]])


@every_channel
def test_a_channel_proposes_nothing_where_nobody_is_asked_for(channel: Channel, context: Context) -> None:
    assert proposed_by(channel, context, context.people[["user_key"]].iloc[:0]).empty


def test_every_channel_proposes_something_in_a_shop_with_all_kinds_of_facts(context: Context) -> None:
    candidates = recall_candidates(context, context.people[["user_key"]], CHANNELS)
    assert not candidates.duplicated(["user_key", "item_key"]).any()
    for channel in CHANNELS:
        assert candidates[f"{channel.name}_rank"].notna().any(), channel.name


def test_people_without_facts_are_proposed_what_is_popular_or_new(context: Context) -> None:
    candidates = recall_candidates(context, pd.DataFrame({"user_key": [user_key(COLD)]}), CHANNELS)
    for channel in CHANNELS:
        is_for_all = not channel.is_personal or channel.name == "popular_in_region"
        assert candidates[f"{channel.name}_rank"].notna().any() == is_for_all


def test_own_purchases_put_the_most_frequent_item_first(context: Context) -> None:
    own = context.pairs[context.pairs["user_key"] == user_key(NO_CONSENT)].set_index("item_key")
    channel = CHANNELS[0]
    first = proposed_by(channel, context, pd.DataFrame({"user_key": [user_key(NO_CONSENT)]}), 1)[
        "item_key"
    ].iloc[0]
    assert own.loc[first, "habit"] == own["habit"].max()


def test_affinity_offers_untouched_items_of_the_categories_a_person_visits(context: Context) -> None:
    channel = next(channel for channel in CHANNELS if channel.name == "category_affinity")
    proposed = proposed_by(channel, context, context.people, 5)
    touched = set(map(tuple, context.pairs[["user_key", "item_key"]].to_numpy()))
    assert not touched & set(map(tuple, proposed[["user_key", "item_key"]].to_numpy()))
    asked = proposed[proposed["channel_rank"] == 1]
    person = (asked["user_key"].to_numpy() + 50_000_000) // 1_000_003
    assert np.mean(asked["item_key"].to_numpy() // 10 == person % 4) > 0.5


def test_equal_scores_are_ordered_by_item() -> None:
    scores = np.array([[0, 0, 0, 0.5, 0.5, 0.5], [0.25, 0.25, 0.25, 0.25, 0.25, 0.5]], dtype=np.float32)
    best = best_of_matrix(np.array([1, 8]), scores, 3)
    assert best["user_key"].tolist() == [1, 1, 1, 8, 8, 8]
    assert best["item_key"].tolist() == [3, 4, 5, 5, 0, 1]
    assert best["channel_rank"].tolist() == [1, 2, 3, 1, 2, 3]
    assert best["channel_score"].tolist() == [0.5, 0.5, 0.5, 0.5, 0.25, 0.25]


@pytest.mark.parametrize(("item_count", "quota"), [(5, 9), (40, 3), (1000, 7), (1000, 400), (50, 0)])
def test_the_best_of_a_matrix_are_those_of_a_whole_sort(item_count: int, quota: int) -> None:
    scores = np.random.default_rng(1).integers(-3, 30, (20, item_count)).astype(np.float32)
    best = best_of_matrix(np.arange(20), scores, quota)
    for person in range(20):
        order = [
            item for item in np.lexsort((np.arange(item_count), -scores[person])) if scores[person, item] > 0
        ]
        assert best.loc[best["user_key"] == person, "item_key"].tolist() == order[:quota]


def test_the_context_of_the_served_day_is_that_of_its_date(context: Context) -> None:
    assert context.cut == AS_OF_DATE


def test_of_untouched_items_no_more_than_the_limit_stay_and_touched_ones_are_never_crowded_out(
    context: Context,
) -> None:
    candidates = recall_candidates(context, context.people[["user_key"]], CHANNELS)
    is_touched = pd.Series(np.isin(context.codes(candidates), context.pair_codes))
    assert (~is_touched).groupby(candidates["user_key"]).sum().max() <= candidate_limit(len(context.items))
    own = candidates[candidates["own_purchases_rank"].notna() | candidates["own_interest_rank"].notna()]
    assert np.isin(context.codes(own), context.pair_codes).all()


def test_what_channels_learn_leaves_out_who_withholds_consent(context: Context) -> None:
    others = context.people.loc[context.people["is_consented"], "user_key"]
    assert len(others) < len(context.people)
    without = replace(
        context,
        pairs=context.pairs[context.pairs["user_key"].isin(others)].reset_index(drop=True),
        days=context.days[context.days["user_key"].isin(others)].reset_index(drop=True),
    )
    learned = {
        *("alternating_least_squares", "linear_autoencoder", "similar_people", "item_to_item"),
        *("term_weighted_neighbours", "next_items", "complements", "session", "popular_in_segment"),
    }
    for channel in (channel for channel in CHANNELS if channel.name in learned):
        scores = channel.scores(context, others.to_numpy())
        assert scores.any()
        assert np.array_equal(scores, channel.scores(without, others.to_numpy())), channel.name


def test_the_places_of_a_channel_are_the_order_of_its_scores_among_the_candidates(context: Context) -> None:
    candidates = recall_candidates(context, context.people[["user_key"]], CHANNELS)
    for channel in CHANNELS:
        scored = candidates[candidates[f"{channel.name}_score"].notna()]
        order = scored.sort_values(
            ["user_key", f"{channel.name}_score", "item_key"], ascending=[True, False, True]
        )
        places = order.groupby("user_key").cumcount() + 1
        assert order[f"{channel.name}_place"].tolist() == places.tolist(), channel.name


def test_a_channel_for_discovery_proposes_nothing_that_was_touched(context: Context) -> None:
    for channel in (channel for channel in CHANNELS if channel.is_discovery):
        proposed = proposed_by(channel, context, context.people)
        assert not np.isin(context.codes(proposed), context.pair_codes).any(), channel.name


def test_people_are_in_the_cluster_of_the_cut_not_in_a_later_one(
    context: Context, past: Context, connection: duckdb.DuckDBPyConnection
) -> None:
    then, now = (one.people.set_index("user_key")["segment_id"] for one in (past, context))
    assert then.loc[user_key(0)] == "cluster_1"
    assert now.loc[user_key(0)] == "cluster_2"
    assert pd.isna(now.loc[user_key(COLD)])
    before = context_with_vectors(connection, date(2024, 1, 20)).people["segment_id"]
    assert before.isna().all()


def test_neither_threads_nor_blocks_of_people_change_a_bit_and_the_process_keeps_its_threads(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = recall_candidates(context, context.people, CHANNELS)
    before = threadpool_info()
    monkeypatch.setattr("dmp.recommendations.candidates._BLOCK_CELLS", 7 * len(context.items))
    in_blocks = recall_candidates(replace(context, threads=4), context.people, CHANNELS)
    pd.testing.assert_frame_equal(in_blocks, at_once, check_exact=True)
    assert threadpool_info() == before
