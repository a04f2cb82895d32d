from datetime import date

from dmp.portrait_times import time_rows

ROW = {
    "as_of_date": date(2026, 6, 28), "lower_days": 3, "median_days": 9, "upper_days": 33, "probability_30d": 0.88,
    "reason": None,
}  # fmt: skip


def test_the_interval_is_told_as_dates():
    rows = time_rows({"purchase_times": [ROW]})
    assert rows == [("next purchase", "likely between 2026-07-01 and 2026-07-31, 88% within 30 days")]


def test_an_end_that_nobody_can_tell_is_left_open():
    rows = time_rows({"purchase_times": [{**ROW, "upper_days": None}]})
    assert rows == [("next purchase", "likely after 2026-07-01, 88% within 30 days")]


def test_a_missing_time_says_why():
    rows = time_rows({"purchase_times": [{**ROW, "reason": "the log holds no activity"}]})
    assert rows == [("next purchase", "not told: the log holds no activity")]


def test_silence_says_how_likely_it_is_to_have_begun():
    rows = time_rows({"silence_times": [{**ROW, "probability_0d": 0.25}]})
    assert rows == [("falls silent", "88% within 30 days; 25% that this has happened already")]


def test_a_build_without_times_has_no_rows():
    assert time_rows({"profile": {}}) == []
