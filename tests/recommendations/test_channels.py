"""What single channels propose, worked out by hand or by another way of computing it."""

import numpy as np
import pandas as pd
import pytest
from few_people import context_of
from scipy.sparse import csr_matrix

from dmp.recommendations.recall import alternating_least_squares as squares
from dmp.recommendations.recall.complements import complements
from dmp.recommendations.recall.content import content, words_of
from dmp.recommendations.recall.linear_autoencoder import (
    REGULARISATION,
    ItemModel,
    PeopleModel,
    linear_autoencoder,
    model,
)
from dmp.recommendations.recall.next_items import next_items
from dmp.recommendations.recall.own_rhythm import own_rhythm
from dmp.recommendations.recall.popular_in_region import popular_in_region
from dmp.recommendations.recall.popular_in_segment import popular_in_segment
from dmp.recommendations.recall.session import SESSION_DAYS, session
from dmp.recommendations.recall.similar_people import similar_people
from dmp.recommendations.recall.term_weighted_neighbours import term_weighted_neighbours

EVERYONE = np.array([1, 2, 3])


@pytest.mark.parametrize(
    ("people_count", "limit", "kind"), [(29, 10_000, ItemModel), (4, 10_000, ItemModel), (4, 5, PeopleModel)]
)
def test_what_is_expected_is_a_ridge_regression_of_each_item_on_all_others(
    people_count: int, limit: int, kind: type[ItemModel | PeopleModel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dmp.recommendations.recall.linear_autoencoder.SIZE_LIMIT", limit)
    random = np.random.default_rng(3)
    acts = [(person, int(item), 5) for person in range(people_count) for item in random.permutation(6)[:3]]
    context = context_of([*acts, (0, 6, 5)], 8)  # nobody has item 7
    weights = context.person_weights.toarray().astype(np.float64)
    penalty = REGULARISATION * (weights**2).sum(axis=0)[:7].mean()
    assert isinstance(model(context), kind)
    found = linear_autoencoder(context, context.user_keys)
    for item in range(7):
        others = [other for other in range(7) if other != item]
        x, y = weights[:, others], weights[:, item]
        ridge = np.linalg.solve(x.T @ x + penalty * np.eye(6), x.T @ y)
        assert found[:, item] == pytest.approx(x @ ridge, abs=1e-6)
    assert not found[:, 7].any()


def test_the_next_items_are_what_followed_the_latest_day_not_what_came_before_it() -> None:
    context = context_of([(1, 0, 20), (1, 1, 10), (2, 0, 9), (2, 2, 30), (3, 5, 3)], 6)
    scores = next_items(context, EVERYONE)
    assert scores[1].argmax() == 1  # person 2 was last at item 0, after which person 1 went on to item 1
    assert scores[1, 2] == 0
    assert not scores[2].any()


def test_an_item_two_days_on_counts_half_of_the_next_one() -> None:
    context = context_of([(1, 0, 0), (1, 1, 0), (2, 3, 0), (9, 4, 3), (9, 5, 2), (9, 6, 1), (8, 4, 0)], 7)
    scores = next_items(context, np.array([8]))[0]
    assert scores[5] / scores[6] == pytest.approx(2 * 0.5 ** (1 / 90), rel=1e-3)


def test_similar_people_are_others_and_rare_items_bring_them_nearer() -> None:
    acts = [(1, 0, 5), (1, 1, 5), (2, 0, 5), (2, 3, 5), (3, 1, 5), (3, 4, 5)]
    context = context_of(acts + [(person, 1, 5) for person in range(4, 20)], 5)
    scores = similar_people(context, np.array([1]))[0]
    assert scores[3] > scores[4] > 0  # item 0 is shared by two people, item 1 by eighteen
    alone = context_of([(1, 0, 5), (2, 1, 5)], 2)
    assert not similar_people(alone, np.array([1, 2])).any()


def test_likeness_weighted_like_words_leads_to_the_item_that_goes_with_a_rare_one() -> None:
    acts = [(1, 0, 5), (1, 2, 5), (2, 1, 5), (2, 3, 5), (9, 0, 5), (9, 1, 5)]
    context = context_of(acts + [(person, 1, 5) for person in range(20, 40)], 4)
    scores = term_weighted_neighbours(context, np.array([9]))[0]
    assert scores[2] > scores[3] > 0


def test_complements_come_from_baskets_with_the_last_purchase_and_are_not_in_it() -> None:
    context = context_of([(1, 0, 9), (1, 1, 9), (2, 2, 50), (2, 0, 3), (3, 2, 4), (3, 3, 4)], 4)
    scores = complements(context, EVERYONE)
    assert scores[1].argmax() == 1 and scores[1, 3] == 0  # person 2 bought item 2 long ago, item 0 last
    assert scores[0, 0] == scores[0, 1] == 0


def test_a_visit_older_than_a_week_is_no_session() -> None:
    acts = [(1, 0, 9), (1, 1, 9), (2, 0, SESSION_DAYS - 1), (3, 0, SESSION_DAYS)]
    scores = session(context_of(acts, 2, is_bought=False), EVERYONE)
    assert scores[1, 1] > 0
    assert not scores[2].any()


def test_the_rhythm_proposes_what_is_due_and_lets_go_of_what_was_given_up() -> None:
    due, early, given_up = [(1, 0, 30), (1, 0, 60)], [(1, 1, 5), (1, 1, 65)], [(1, 2, 200), (1, 2, 230)]
    once = [(1, 3, 30)]
    scores = own_rhythm(context_of([*due, *early, *given_up, *once], 4), np.array([1]))[0]
    assert scores[0] > scores[1] > 0
    assert scores[2] == scores[3] == 0


def test_a_region_with_few_buyers_says_nothing() -> None:
    acts = [(person, person % 2, 5) for person in range(1, 31)] + [(person, 2, 5) for person in range(31, 35)]
    context = context_of(acts, 3)
    context.people["region"] = np.where(context.people["user_key"] < 31, "North", "South")
    scores = popular_in_region(context, np.array([1, 34]))
    assert scores[0].tolist() == [15, 15, 0]
    assert not scores[1].any()


def test_who_did_not_consent_counts_in_no_region() -> None:
    context = context_of([(person, person % 2, 5) for person in range(1, 51)], 2)
    context.people["region"] = "North"
    context.people["is_consented"] = context.people["user_key"] % 2 == 0
    assert popular_in_region(context, np.array([2])).tolist() == [[25, 0]]


def test_content_finds_an_item_that_nobody_has_met_by_its_words() -> None:
    names = ["red paper lantern", "blue paper lantern", "steel pan", "红色 纸灯笼", "蓝色纸灯笼"]
    context = context_of([(1, 0, 5), (2, 3, 5)], 5, items=pd.DataFrame({"item_name": names}))
    scores = content(context, np.array([1, 2]))
    assert scores[0, 1] > scores[0, 2] == 0
    assert scores[1, 4] > scores[1, 2] == 0


def test_words_of_scripts_without_spaces_are_pairs_of_signs() -> None:
    assert words_of("Paper灯笼 x2") == ["paper", "x2", "灯笼"]
    assert words_of("纸灯笼") == ["纸灯", "灯笼"]


def test_a_cluster_buys_for_its_own_people_and_nobody_elses() -> None:
    acts = [(person, person % 2, 5) for person in range(1, 51)] + [(person, 2, 5) for person in range(51, 55)]
    context = context_of(acts, 3)
    numbers = context.people["user_key"]
    context.people["segment_id"] = np.select([numbers < 26, numbers < 51], ["cluster_1", "cluster_2"], None)
    scores = popular_in_segment(context, np.array([1, 50, 54]))
    assert scores.tolist() == [[12, 13, 0], [13, 12, 0], [0, 0, 0]]


def test_factors_are_those_of_a_weighted_ridge_regression_on_every_item() -> None:
    random = np.random.default_rng(5)
    items = random.standard_normal((7, 3))
    acts = csr_matrix(
        np.where(random.random((4, 7)) < 0.4, random.random((4, 7)) + 0.5, 0) * [[1], [1], [1], [0]]
    )
    found = squares.solved(acts, items)
    for person in range(4):
        weights = acts[person].toarray()[0]
        penalty = squares.REGULARISATION * ((weights > 0).sum() + squares.UNOBSERVED_WEIGHT * 7)
        # Each act wants 1; each item, acted on or not, also wants 0 a little.
        rows = np.vstack([items, items, np.eye(3)])
        wanted = np.r_[np.ones(7), np.zeros(10)]
        scale = np.sqrt(np.r_[weights, np.full(7, squares.UNOBSERVED_WEIGHT), np.full(3, penalty)])
        ridge = np.linalg.lstsq(rows * scale[:, None], wanted * scale, rcond=None)[0]
        assert found[person] == pytest.approx(ridge, abs=1e-9)
    assert not found[3].any()


def test_squares_expect_of_a_person_what_people_of_their_taste_act_on() -> None:
    acts = [(person, item, 5) for person in range(1, 41) for item in range(8) if item % 2 == person % 2]
    context = context_of([act for act in acts if act[:2] != (1, 7)], 8)
    scores = squares.alternating_least_squares(context, np.array([1, 2]))
    assert scores[0, 7] > 0.2
    assert scores[0, [0, 2, 4, 6]].max() < 0.1
    assert scores[1, 7] < 0.1


def test_squares_of_a_shop_without_acts_expect_nothing() -> None:
    context = context_of([(1, 0, 5), (2, 1, 5)], 3)
    context.people["is_consented"] = False
    assert not squares.alternating_least_squares(context, np.array([1, 2])).any()
