"""Trials of representations on a small shop in which people keep to the categories of their world."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from dmp.settings import DmpError
from dmp.vectors.factorisation import FACTORISATION
from dmp.vectors.item_groups import item_groups
from dmp.vectors.likelihood import area_under_curve, log_loss, out_of_fold
from dmp.vectors.nonnegative import NONNEGATIVE
from dmp.vectors.representation import Fitted
from dmp.vectors.trial import Contender, Trial, trial_of
from dmp.vectors.trial_recall import recall
from dmp.vectors.trials import simplest_unbeaten, vector_trials

LAST = date(2024, 6, 30)
DAYS = 56
LATER, EARLIER = LAST - timedelta(days=DAYS), LAST - timedelta(days=2 * DAYS)
PEOPLE, ITEMS, CATEGORIES = 240, 60, 6
WITHOUT_CONSENT, UNKNOWN = range(10), range(10, 20)


def bought() -> pd.DataFrame:
    """Six items of the own three categories in each window, of which one category is the favourite."""
    random = np.random.default_rng(4)
    rows = []
    for person in range(PEOPLE):
        own = 3 * (person % 2) + np.arange(3)
        favourite = own[person % 3]
        for day in (EARLIER - timedelta(days=9), EARLIER + timedelta(days=9), LATER + timedelta(days=9)):
            for _ in range(4):
                category = favourite if random.random() < 0.6 else random.choice(own)
                rows.append((person, f"item{category * 10 + random.integers(10):02d}", day))
    return pd.DataFrame(rows, columns=["user_key", "item_id", "event_date"]).drop_duplicates()


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    found.register("bought", bought())
    found.execute(
        f"""CREATE SCHEMA profiles;
        CREATE TABLE profiles.user_item_activity AS
        SELECT user_key, item_id, event_date::DATE AS event_date, event_date::DATE AS landed_date,
            event_date::DATE AS known_from, DATE '9999-12-31' AS known_to, 0 AS view_count, 0 AS click_count,
            0 AS cart_count, 0 AS favourite_count, 1 AS purchase_count
        FROM bought;
        CREATE TABLE profiles.item_profiles AS
        SELECT 'item' || lpad(i::VARCHAR, 2, '0') AS item_id, 'category' || (i // 10) AS category,
            NULL::VARCHAR AS brand, 'Thing ' || (i // 10) AS item_name
        FROM range({ITEMS}) AS items (i);
        CREATE TABLE profiles.identity_map AS
        SELECT DISTINCT user_key AS identifier_key, user_key FROM profiles.user_item_activity;
        CREATE TABLE profiles.learning_consents AS
        SELECT user_key, user_key >= {len(WITHOUT_CONSENT)} AS is_consented_analytics FROM profiles.identity_map;
        CREATE TABLE profiles.user_metrics_history AS
        SELECT unnest([DATE '{EARLIER}', DATE '{LATER}']) AS as_of_date, user_key, user_key >= {UNKNOWN.stop}
            OR user_key < {UNKNOWN.start} AS is_identified
        FROM profiles.identity_map"""
    )
    return found


@pytest.fixture(scope="module")
def trial(connection: duckdb.DuckDBPyConnection) -> Trial:
    return trial_of(connection, LAST, DAYS)


@pytest.fixture(scope="module")
def found(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return vector_trials(connection, LAST, DAYS, (FACTORISATION, NONNEGATIVE))


def test_the_later_cut_is_the_newest_sunday_with_a_whole_window_after_it(
    trial: Trial, connection: duckdb.DuckDBPyConnection
) -> None:
    assert (trial.earlier.cut, trial.later.cut) == (EARLIER, LATER)
    tuesday = trial_of(connection, LAST + timedelta(days=2), DAYS)
    assert (tuesday.earlier.cut, tuesday.later.cut) == (EARLIER, LATER)


def test_nobody_is_judged_without_consent_or_a_login_by_then(trial: Trial) -> None:
    for one in (trial.earlier, trial.later):
        assert one.behaviour.users[one.people].tolist() == list(range(UNKNOWN.stop, PEOPLE))


def test_what_is_known_ends_at_the_cut_and_the_outcome_is_that_of_the_window_after_it(trial: Trial) -> None:
    rows = bought().assign(group=lambda table: table["item_id"].str[4].astype(int))
    for one, day in ((trial.earlier, EARLIER), (trial.later, LATER)):
        known = rows[rows["event_date"] <= day]
        assert len(one.behaviour.points) == len(known[["user_key", "item_id"]].drop_duplicates())
        later = rows[(rows["event_date"] > day) & (rows["event_date"] <= day + timedelta(days=DAYS))]
        pairs = set(
            map(tuple, later.loc[later["user_key"] >= UNKNOWN.stop, ["user_key", "group"]].to_numpy())
        )
        people = one.behaviour.users[one.people]
        assert {(people[row], group) for row, group in np.argwhere(one.bought)} == pairs


def test_there_is_a_row_per_task_and_contender(found: pd.DataFrame) -> None:
    assert list(zip(found["task"], found["contender"], strict=True)) == [
        (task, contender)
        for task, plain in (
            ("next_purchase", "group_shares"),
            ("lookalike", "cosine_tf_idf"),
            ("recall", "popularity"),
        )
        for contender in (plain, "factorisation", "nonnegative")
    ]
    assert found["auc"].dropna().between(0.7, 1).all()
    assert set(found.loc[found["task"] != "recall", "case_count"]) == {CATEGORIES}


def test_a_gain_is_more_than_the_standard_error_over_the_plain_contender(found: pd.DataFrame) -> None:
    for task, rows in found.groupby("task", sort=False):
        score = "ndcg" if task == "recall" else "auc"
        plain = rows.iloc[0]
        assert plain["verdict"] == "plain"
        others = rows.iloc[1:]
        assert others["gain"].to_numpy() == pytest.approx((others[score] - plain[score]).to_numpy())
        is_gain = others["gain"] > others["gain_error"]
        assert ((others["verdict"] == "gain") == is_gain).all()


def test_the_same_warehouse_gives_the_same_figures(
    found: pd.DataFrame, connection: duckdb.DuckDBPyConnection
) -> None:
    again = vector_trials(connection, LAST, DAYS, (FACTORISATION, NONNEGATIVE))
    pd.testing.assert_frame_equal(found, again, check_exact=True)


def test_recall_lists_what_lies_near_and_judges_it_by_what_was_bought_after(trial: Trial) -> None:
    """With a basis in which an item is near itself alone, a list is what the person knows, the weightiest first."""
    items = trial.later.behaviour.items
    own = Contender(FACTORISATION, Fitted(np.eye(len(items))), Fitted(np.eye(len(items))))
    rows = recall(trial, [own]).query("contender == 'factorisation'").set_index("case")
    buyers = trial.later.behaviour.users[trial.later.people]
    for case in (0, 57, 150):
        row = trial.later.behaviour.matrix[trial.later.people[case]].toarray().ravel()
        first = items[np.argsort(-row, kind="stable")]
        pairs = trial.later.bought_items
        bought = set(pairs.loc[pairs["user_key"] == buyers[case], "item_id"])
        hits = np.array([item in bought for item in first[:20]])
        worth = 1 / np.log2(np.arange(2, 12))
        assert rows.loc[case, "recall"] == pytest.approx(hits.sum() / len(bought))
        assert rows.loc[case, "ndcg"] == pytest.approx((worth * hits[:10]).sum() / worth[: len(bought)].sum())


def test_outcomes_that_follow_nothing_are_no_gain(connection: duckdb.DuckDBPyConnection) -> None:
    """Everybody's purchases of the later windows are somebody else's of the other world."""
    copy = connection.cursor()
    copy.execute("ATTACH ':memory:' AS other; USE other; CREATE SCHEMA profiles")
    for table in ("item_profiles", "identity_map", "learning_consents", "user_metrics_history"):
        copy.execute(f"CREATE TABLE profiles.{table} AS FROM memory.profiles.{table}")
    copy.execute(
        f"""CREATE TABLE profiles.user_item_activity AS
        SELECT * REPLACE (CASE WHEN event_date > DATE '{EARLIER}' THEN hash(user_key) % {PEOPLE} ELSE user_key END
            ::BIGINT AS user_key)
        FROM memory.profiles.user_item_activity"""
    )
    rows = vector_trials(copy, LAST, DAYS, (FACTORISATION,))
    assert rows.query("task == 'next_purchase'")["auc"].between(0.4, 0.65).all()


def test_too_short_a_log_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(DmpError, match="too little to try on"):
        trial_of(connection, LAST, 365)


def test_words_of_names_stand_in_where_no_item_has_a_category() -> None:
    names = duckdb.connect()
    names.execute(
        """CREATE SCHEMA profiles; CREATE TABLE profiles.item_profiles AS
        SELECT 'i' || i AS item_id, NULL::VARCHAR AS category,
            CASE WHEN i < 6 THEN 'RED Bag, no 12' ELSE 'a lamp' END AS item_name
        FROM range(10) AS items (i)"""
    )
    groups = item_groups(names)
    assert groups.groupby("group_name")["item_id"].count().to_dict() == {"bag": 6, "red": 6}
    names.execute("UPDATE profiles.item_profiles SET category = 'tea' WHERE item_id <> 'i9'")
    assert item_groups(names).groupby("group_name")["item_id"].count().to_dict() == {"tea": 9}


@pytest.mark.parametrize(
    ("areas", "chosen"),
    [
        ({"plain": [0.70, 0.71, 0.70], "costly": [0.71, 0.70, 0.71]}, "plain"),
        ({"plain": [0.70, 0.71, 0.70], "costly": [0.80, 0.80, 0.81]}, "costly"),
        ({"plain": [0.70, 0.71, 0.70], "middle": [0.80, 0.80, 0.81], "costly": [0.80, 0.81, 0.81]}, "middle"),
    ],
)
def test_the_simplest_is_chosen_that_the_best_does_not_beat_by_more_than_the_standard_error(
    areas: dict[str, list[float]], chosen: str
) -> None:
    assert simplest_unbeaten(pd.DataFrame(areas)) == chosen


def test_the_area_under_the_curve_counts_pairs_and_ties_half() -> None:
    outcome, scores = np.array([True, False, True, False, False]), np.array([3.0, 1, 2, 2, 4])
    pairs = [
        1.0 if one > other else 0.5 if one == other else 0.0
        for one in scores[outcome]
        for other in scores[~outcome]
    ]
    assert area_under_curve(outcome, scores) == pytest.approx(np.mean(pairs))
    assert log_loss(np.array([True, False]), np.array([0.5, 0.5])) == pytest.approx(np.log(2))


def test_a_person_does_not_help_to_learn_their_own_score() -> None:
    random = np.random.default_rng(0)
    columns = np.eye(40)
    outcome = random.random(40) < 0.5
    scores = out_of_fold(columns, outcome, 100.0)
    assert area_under_curve(outcome, scores) < 0.8
