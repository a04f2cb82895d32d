"""How the calendar moves wishes and visits: year, week, hour of day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from dmp.world.categories import CATEGORIES

WEEKDAY = np.array([0.92, 0.9, 0.93, 0.97, 1.05, 1.15, 1.08])
HOUR = np.array(
    [9, 5, 3, 2, 2, 3, 7, 14, 22, 28, 32, 34, 38, 36, 31, 30, 31, 34, 42, 55, 66, 68, 50, 14], float
)


def day_factors(first_date: date, days: int) -> np.ndarray:
    """Return how busy each day is against the mean: week, calm summer, two shopping festivals."""
    factors = np.empty(days)
    for day in range(days):
        today = first_date + timedelta(days=day)
        year = 1 + 0.12 * np.cos(2 * np.pi * (today.timetuple().tm_yday - 345) / 365.25)
        festival = 1.8 if (today.month, today.day) in {(11, 11), (6, 18)} else 1.0
        factors[day] = WEEKDAY[today.weekday()] * year * festival
    return factors


def category_factors(first_date: date, days: int) -> np.ndarray:
    """Return (days, categories): how wished-for each category is against its own mean."""
    peak = np.array([category.peak_month for category in CATEGORIES])
    months = np.array(
        [(first_date + timedelta(days=day)).timetuple().tm_yday / 30.44 + 0.5 for day in range(days)]
    )
    wave = 1 + 0.7 * np.cos(2 * np.pi * (months[:, None] - peak) / 12)
    return np.where(peak > 0, wave, 1.0)


def draw_seconds(rng: np.random.Generator, shift: np.ndarray) -> np.ndarray:
    """Draw seconds of the day, 0 to 23:19:59; `shift` moves each person's habit by hours."""
    hour = rng.choice(24, size=len(shift), p=HOUR / HOUR.sum())
    second = (hour + shift) % 24 * 3600 + rng.integers(0, 3600, len(shift))
    return np.minimum(second, 23 * 3600 + rng.integers(0, 1200, len(shift))).astype(np.int64)
