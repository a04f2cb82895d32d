"""The forecast of how busy a window is."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.rhythm.season import season_factor


def shop(days: int, *, december: float = 1.0, sunday: float = 1.0) -> pd.DataFrame:
    """A hundred orders a day from 2021-01-01, more in December or on Sundays, and ever more by a third a year."""
    dates = pd.date_range("2021-01-01", periods=days)
    trend = 100 * np.exp(0.3 * np.arange(days) / 365)
    busy = np.where(dates.month == 12, december, 1.0) * np.where(dates.day_of_week == 6, sunday, 1.0)
    return pd.DataFrame({"event_date": dates.date, "order_count": np.round(trend * busy)})


def test_a_busy_december_is_foretold_from_two_earlier_ones() -> None:
    factor = season_factor(shop(1050, december=2.0), date(2023, 11, 15), 60)
    ahead = season_factor(shop(1050, december=2.0), date(2023, 2, 1), 60)
    assert factor == pytest.approx(1.4, abs=0.15)
    assert ahead < 1


def test_one_year_does_not_tell_season_from_trend() -> None:
    assert season_factor(shop(400, december=2.0), date(2022, 1, 31), 91) == pytest.approx(1.0, abs=0.01)


def test_days_of_the_week_matter_to_short_windows_only() -> None:
    orders = shop(200, sunday=3.0)
    assert season_factor(orders, date(2021, 6, 5), 1) > 2
    assert season_factor(orders, date(2021, 6, 5), 7) == pytest.approx(1.0, abs=0.01)


def test_what_comes_after_the_cut_is_not_read() -> None:
    orders = shop(900, december=2.0)
    cut = date(2023, 1, 15)
    later = orders["event_date"] > cut
    changed = orders.assign(order_count=orders["order_count"].where(~later, 9999))
    assert season_factor(orders, cut, 30) == season_factor(changed, cut, 30)


def test_a_short_log_or_none_has_no_season() -> None:
    assert season_factor(shop(20), date(2021, 1, 20), 30) == 1.0
    assert season_factor(shop(0), date(2021, 1, 20), 30) == 1.0
