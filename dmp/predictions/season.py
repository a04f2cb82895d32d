"""How busy a window is against an ordinary one of the same length, as the log's own past tells; no people here.

Ratios to a moving average (Macaulay 1931; Hyndman and Athanasopoulos, "Forecasting", section 3.4): one for each day of
the week, and one for each week of the year where the log holds two whole years: one year cannot tell season from trend.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

SEASON = "season_factor"
WEEK, YEAR = 7, 364  # days; whole weeks, so that the days of the week do not enter the yearly season
FULL_WEEKS = 8  # of purchases, before days of the week are told apart
PURCHASES_OF_PRIOR = 50.0  # an index from few purchases stays near 1


def seasoned(metrics: pd.DataFrame, purchases: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Return metrics with `season_factor` of the window behind each row's as_of_date, as foretold on that day.

    `purchases`: event_date, landed_date and order_count, any number of rows a day. Without two whole years of them
    behind any of the days the metrics come back as they are.
    """
    days = pd.to_datetime(metrics["as_of_date"])
    landed = pd.to_datetime(purchases["landed_date"])
    factors, is_told = {}, False
    for day in days.drop_duplicates():
        known = purchases[landed <= day]
        factors[day] = season_factor(known, day.date(), horizon_days)
        is_told = is_told or len(_daily_counts(known, day.date())) >= 2 * YEAR
    return metrics.assign(**{SEASON: days.map(factors).astype("float64")}) if is_told else metrics


def season_factor(purchases: pd.DataFrame, cut: date, horizon_days: int) -> float:
    """Return the forecast of the purchase rate in (cut, cut + horizon_days] over the ordinary one, 1 if unknown.

    `purchases`: event_date and order_count, any number of rows a day; only days up to `cut` are read.
    """
    counts = _daily_counts(purchases, cut)
    ahead = [cut + timedelta(days=1 + number) for number in range(horizon_days)]
    if not ahead or len(counts) < FULL_WEEKS * WEEK:
        return 1.0
    of_weekday, of_week = _weekday_index(counts), _week_index(counts)
    factors = [of_weekday[day.weekday()] * of_week[_week_of_year(day)] for day in ahead]
    return float(np.mean(factors))


def _daily_counts(purchases: pd.DataFrame, cut: date) -> pd.Series:
    """Purchases a day from the first one to the cut, days without any included."""
    days = pd.to_datetime(purchases["event_date"])
    known = days <= pd.Timestamp(cut)
    counts = purchases.loc[known, "order_count"].groupby(days[known]).sum()
    if counts.empty:
        return counts
    return counts.reindex(pd.date_range(counts.index.min(), pd.Timestamp(cut)), fill_value=0)


def _weekday_index(counts: pd.Series) -> np.ndarray:
    whole = counts.iloc[-(len(counts) // WEEK) * WEEK :]
    totals = (
        whole.groupby(pd.DatetimeIndex(whole.index).day_of_week)
        .sum()
        .reindex(range(WEEK), fill_value=0)
        .to_numpy()
    )
    return _near_one(totals, np.full(WEEK, totals.sum() / WEEK))


def _week_index(counts: pd.Series) -> np.ndarray:
    """Fifty-three indexes by week of the year: a week's purchases over the mean week of the year around it."""
    if len(counts) < 2 * YEAR:
        return np.ones(YEAR // WEEK + 1)
    ordinary = counts.rolling(YEAR, center=True).mean()
    told = ordinary.notna()
    week = np.array([_week_of_year(day) for day in counts.index[told]])
    size = YEAR // WEEK + 1
    seen = np.bincount(week, weights=counts[told].to_numpy(dtype="float64"), minlength=size)
    return _near_one(seen, np.bincount(week, weights=ordinary[told].to_numpy(), minlength=size))


def _near_one(seen: np.ndarray, ordinary: np.ndarray) -> np.ndarray:
    return (seen + PURCHASES_OF_PRIOR) / (ordinary + PURCHASES_OF_PRIOR)


def _week_of_year(day: date) -> int:
    return (day.timetuple().tm_yday - 1) // WEEK
