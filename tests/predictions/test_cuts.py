from datetime import date, timedelta

import pytest

from dmp.predictions.cuts import CUT_COUNT, NotLearnable, learning_day, plan_cuts

FIRST = date(2024, 1, 1)
SUNDAYS = [date(2024, 1, 7) + timedelta(days=7 * week) for week in range(60)]


def test_the_learning_day_is_the_last_sunday_and_stays_until_the_next():
    days = [learning_day(date(2024, 3, 3) + timedelta(days=offset), FIRST) for offset in range(8)]
    assert days == [date(2024, 3, 3)] * 7 + [date(2024, 3, 10)]


def test_a_log_without_a_sunday_is_learned_from_on_its_last_day():
    assert learning_day(date(2024, 1, 3), FIRST) == date(2024, 1, 3)


@pytest.mark.parametrize("horizon", [30, 90])
def test_no_training_label_reaches_into_the_test_window_and_none_beyond_the_learning_day(horizon):
    learned_on = SUNDAYS[-1]
    cuts = plan_cuts(SUNDAYS, horizon, FIRST, learned_on)
    reach = timedelta(days=horizon)
    assert cuts.test + reach <= learned_on < cuts.test + reach + timedelta(days=7)
    assert max(cuts.new) + reach <= cuts.test
    assert min(cuts.previous) >= FIRST + timedelta(days=27)
    assert len(cuts.new) == len(cuts.previous) == CUT_COUNT


def test_the_previous_vintage_is_at_least_four_weeks_older():
    cuts = plan_cuts(SUNDAYS, 30, FIRST, SUNDAYS[-1])
    assert max(cuts.new) - max(cuts.previous) == timedelta(days=28)


def test_a_log_shorter_than_the_horizon_is_refused_with_its_length():
    with pytest.raises(NotLearnable, match=r"log of 9 days .* horizon of 30 days"):
        plan_cuts([date(2017, 12, 3)], 30, date(2017, 11, 25), date(2017, 12, 3))


def test_cuts_with_less_than_four_weeks_behind_them_are_not_learned_from():
    with pytest.raises(NotLearnable, match="28 of history"):
        plan_cuts(SUNDAYS[:11], 30, FIRST, SUNDAYS[10])
