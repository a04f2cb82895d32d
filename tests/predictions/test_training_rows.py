from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from dmp.predictions.targets import TARGETS, Goods
from dmp.predictions.training_rows import (
    bounded,
    known_customers,
    newest_at,
    reason_not_to_learn,
    training_rows,
)
from dmp.settings import DmpError

CUT = date(2024, 6, 2)
PURCHASE_30D, PURCHASE_90D, CHURN_90D, ORDERS_90D, SPEND_90D = TARGETS


def history(**columns) -> pd.DataFrame:
    people = {"user_key": [1, 2, 3], "as_of_date": CUT, "is_identified": True, "order_count_90d": [1, 1, 0]}
    people["order_count_life"] = [1, 1, 1]
    return pd.DataFrame({**people, "recency_days": 4, **columns})


def purchases(*rows: tuple[int, int]) -> pd.DataFrame:
    """(user_key, days after the cut)."""
    dated = [(key, CUT + timedelta(days=days), 1, 2.5) for key, days in rows]
    return pd.DataFrame(dated, columns=["user_key", "event_date", "order_count", "purchase_amount"])


def labels(target, *bought: tuple[int, int], **columns) -> dict[int, int]:
    rows = training_rows(history(**columns), purchases(*bought), target, [CUT], CUT + timedelta(days=90))
    return dict(zip(rows["user_key"], rows["label"], strict=True))


def test_labels_count_purchases_strictly_after_the_cut_and_up_to_the_horizon():
    assert labels(PURCHASE_30D, (1, 0), (2, 30), (3, 31)) == {1: 0, 2: 1, 3: 0}
    assert labels(PURCHASE_90D, (1, 1), (3, 91)) == {1: 1, 2: 0, 3: 0}


def test_churn_asks_only_recent_buyers_and_means_that_nothing_was_bought():
    assert labels(CHURN_90D, (1, 90)) == {1: 0, 2: 1}


def test_amounts_are_days_with_an_order_and_money():
    assert labels(ORDERS_90D, (1, 1), (1, 1), (1, 90), (2, 91)) == {1: 2.0, 2: 0.0, 3: 0.0}
    assert labels(SPEND_90D, (1, 1), (1, 1), (1, 90), (2, 91)) == {1: 7.5, 2: 0.0, 3: 0.0}


def test_of_new_items_only_those_listed_shortly_before_the_cut_or_later_count():
    new = replace(PURCHASE_30D, goods=Goods(new_days=14))
    listed = purchases((1, 5), (2, 5), (3, 5)).assign(
        first_listed_date=[CUT - timedelta(days=14), CUT - timedelta(days=13), CUT + timedelta(days=2)]
    )
    rows = training_rows(history(), listed, new, [CUT], CUT + timedelta(days=90))
    assert rows["label"].tolist() == [0, 1, 1]


def test_anonymous_people_are_not_learned_from():
    assert labels(PURCHASE_30D, is_identified=[True, False, True]) == {1: 0, 3: 0}


def test_a_label_window_that_ends_after_the_learning_day_is_an_error():
    with pytest.raises(DmpError, match="2024-06-02 end after 2024-07-01"):
        training_rows(history(), purchases(), PURCHASE_30D, [CUT], CUT + timedelta(days=29))


def test_a_metric_that_knows_later_events_is_an_error():
    with pytest.raises(DmpError, match="recency_days is negative"):
        labels(PURCHASE_30D, recency_days=[4, -1, 4])


def test_the_order_of_inputs_changes_no_row(metrics_history, activity, cuts, rows):
    shuffled = training_rows(
        metrics_history.sample(frac=1, random_state=1),
        activity.sample(frac=1, random_state=2),
        PURCHASE_30D,
        cuts.all[::-1],
        cuts.learned_on,
    )
    pd.testing.assert_frame_equal(shuffled, rows)


def test_customers_are_known_as_of_the_newest_cut_whoever_is_asked_about():
    later = history(order_count_90d=[0, 0, 0], order_count_life=[1, 0, 2], purchase_day_count_life=[1, 0, 2])
    table = pd.concat([later, history(as_of_date=CUT - timedelta(days=7), purchase_day_count_life=1)])
    known = newest_at(known_customers(table), CUT + timedelta(days=3))
    assert known["user_key"].tolist() == [1, 3]
    assert known["purchase_day_count_life"].tolist() == [1, 2]
    before = newest_at(known_customers(table), CUT - timedelta(days=1))
    assert before["user_key"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("people", "positives", "reason"),
    [
        (99, 50, "99 people in the test window are too few"),
        (200, 0, "0 people with the event"),
        (200, 200, "0 people without the event"),
    ],
)
def test_too_few_people_of_a_kind_are_refused_with_the_count(people, positives, reason):
    rows = pd.DataFrame({"user_key": range(people), "label": [1] * positives + [0] * (people - positives)})
    assert (reason_not_to_learn(rows, "the test window") or "").startswith(reason)


def test_rows_are_bounded_by_leaving_out_whole_people():
    rows = pd.DataFrame({"user_key": [3, 1, 1, 2, 2, 3], "label": 0})
    assert sorted(bounded(rows, 5)["user_key"]) == [1, 1, 2, 2]
    assert bounded(rows, 6) is rows
