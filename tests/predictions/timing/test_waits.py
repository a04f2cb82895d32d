from datetime import date

import pandas as pd

from dmp.predictions.timing.waits import purchase_waits, silence_waits

CUT, UNTIL = date(2024, 3, 3), date(2024, 5, 2)


def people(**metrics) -> pd.DataFrame:
    keys = range(1, 1 + len(next(iter(metrics.values()))))
    return pd.DataFrame({"as_of_date": CUT, "user_key": keys, "tenure_days": 40, **metrics})


def events(*days: tuple[int, date]) -> pd.DataFrame:
    return pd.DataFrame(days, columns=["user_key", "event_date"])


def test_a_wait_runs_from_the_last_purchase_and_is_watched_from_the_cut():
    bought = events((1, date(2024, 3, 13)), (1, date(2024, 3, 20)), (2, date(2024, 2, 28)))
    waits = purchase_waits(people(purchase_recency_days=[4, 4]), bought, UNTIL)
    assert waits["entry_days"].tolist() == [4, 4]
    assert waits["exit_days"].tolist() == [14, 64], "the second is still waiting 60 days after the cut"
    assert waits["is_observed"].tolist() == [True, False]


def test_who_never_bought_waits_since_they_were_first_seen_on_a_clock_of_their_own():
    waits = purchase_waits(people(purchase_recency_days=[None, 9.0]), events(), UNTIL)
    assert waits["entry_days"].tolist() == [40, 9]
    assert waits["stratum"].tolist() == [1, 0]


def test_nothing_after_the_known_day_moves_a_wait():
    early = events((1, date(2024, 5, 1)))
    late = events((1, date(2024, 5, 1)), (2, date(2024, 5, 3)))
    metrics = people(purchase_recency_days=[4, 4])
    pd.testing.assert_frame_equal(purchase_waits(metrics, early, UNTIL), purchase_waits(metrics, late, UNTIL))


def test_a_cut_on_the_known_day_or_later_has_no_waits():
    assert purchase_waits(people(purchase_recency_days=[4]), events(), CUT).empty


def test_silence_begins_on_the_last_day_before_a_quarter_without_activity():
    left_for_a_while = (1, date(2024, 3, 10)), (1, date(2024, 7, 1))
    stayed = (3, date(2024, 3, 10)), (3, date(2024, 5, 1)), (3, date(2024, 6, 20))
    active = events(*left_for_a_while, *stayed)
    waits = silence_waits(people(recency_days=[1, 1, 1]), active, date(2024, 7, 30))
    assert waits["exit_days"].tolist() == [8, 1, 60], (
        "the second had gone by the cut; the third is known for 59 days"
    )
    assert waits["is_observed"].tolist() == [True, True, False]


def test_a_silence_that_is_not_over_yet_is_not_known():
    active = events((1, date(2024, 3, 10)))
    waits = silence_waits(people(recency_days=[1]), active, date(2024, 6, 5))
    assert waits["is_observed"].tolist() == [False]
