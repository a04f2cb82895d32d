from datetime import date, timedelta

import pytest

from dmp.predictions.cuts import NotLearnable
from dmp.predictions.timing.windows import plan_windows

FIRST = date(2024, 1, 1)


def sundays(until: date) -> list[date]:
    first = FIRST + timedelta(days=6)
    return [first + timedelta(days=7 * week) for week in range((until - first).days // 7 + 1)]


def plan(days: int, delay_days: int = 0):
    last = FIRST + timedelta(days=days - 1)
    sunday = last - timedelta(days=last.isoweekday() % 7)
    return plan_windows(sundays(sunday), FIRST, sunday, delay_days)


@pytest.mark.parametrize(("days", "delay_days"), [(60, 0), (150, 0), (400, 0), (400, 90), (1500, 90)])
def test_every_model_is_tested_on_a_cut_later_than_all_that_it_knew(days, delay_days):
    windows = plan(days, delay_days)
    assert windows.test + timedelta(days=delay_days + windows.followed_days) <= windows.learned_on
    for known_until, cuts in ((windows.test, windows.before_test), (windows.earlier, windows.before_earlier)):
        assert all(cut + timedelta(days=delay_days) < known_until for cut in cuts)
    if windows.earlier:
        assert windows.earlier + timedelta(days=delay_days + windows.followed_days) <= windows.test


def test_a_long_log_reaches_half_a_year_back():
    windows = plan(500)
    assert (windows.learned_on - windows.newest[0]).days >= 182
    assert windows.followed_days == 90


def test_a_short_log_is_refused_with_the_days_that_are_needed():
    with pytest.raises(NotLearnable, match=r"log of 3\d days .* is too short .* about 70 are needed"):
        plan(40)


def test_windows_do_not_depend_on_days_after_the_day_of_learning():
    assert plan(400) == plan(402) if plan(400).learned_on == plan(402).learned_on else True
