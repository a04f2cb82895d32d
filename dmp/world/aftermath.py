"""What follows from orders and registrations without changing the days: refunds, reviews, consents."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.world.people import PURPOSES, People

REFUNDS = 0.45  # share of bad experiences that end in a refund
REVIEWS_GOOD, REVIEWS_BAD = 0.16, 0.35
REASONS = ("damaged", "not_as_described", "late", "changed_mind")
DAY = 86_400_000  # milliseconds


def draw_refunds(
    rng: np.random.Generator, lines: pd.DataFrame, left_day: np.ndarray, days: int
) -> pd.DataFrame:
    """Return refunds of bad lines, at most one a line, after the experience and before leaving.

    Columns of `lines` plus day, offset (milliseconds), reason, returned (pieces).
    """
    wants = ~lines["is_good"] & (rng.random(len(lines)) < REFUNDS)
    refunds = lines[wants].copy()
    refunds["day"] = refunds["experience_day"]
    refunds["offset"] = rng.integers(8 * 3_600_000, DAY, len(refunds))
    refunds["reason"] = np.array(REASONS)[rng.choice(len(REASONS), len(refunds), p=(0.4, 0.35, 0.15, 0.1))]
    whole = rng.random(len(refunds)) < 0.8
    refunds["returned"] = np.where(whole, refunds["quantity"], 1)
    return _while_here(refunds, left_day, days)


def draw_reviews(
    rng: np.random.Generator, lines: pd.DataFrame, left_day: np.ndarray, days: int
) -> pd.DataFrame:
    """Return reviews, at most one a line: columns of `lines` plus day, offset, rating, text (its number)."""
    good = lines["is_good"].to_numpy()
    writes = rng.random(len(lines)) < np.where(good, REVIEWS_GOOD, REVIEWS_BAD)
    reviews, good = lines[writes].copy(), good[writes]
    reviews["day"] = reviews["experience_day"] + rng.integers(0, 4, len(reviews))
    reviews["offset"] = rng.integers(7 * 3_600_000, DAY, len(reviews))
    high = rng.choice((3, 4, 5), len(reviews), p=(0.08, 0.32, 0.6))
    low = rng.choice((1, 2, 3), len(reviews), p=(0.5, 0.35, 0.15))
    reviews["rating"] = np.where(good, high, low)
    reviews["text"] = rng.integers(0, 1 << 30, len(reviews))
    return _while_here(reviews, left_day, days)


def _while_here(rows: pd.DataFrame, left_day: np.ndarray, days: int) -> pd.DataFrame:
    here = (rows["day"] < days) & (rows["day"] < left_day[rows["person"]])
    return rows[here].sort_values(["day", "offset", "order", "line_number"], ignore_index=True)


def consent_rows(
    people: People, registrations: pd.DataFrame, left_day: np.ndarray, days: int
) -> pd.DataFrame:
    """Return consents at registration (on the first day for those who were there) and later withdrawals.

    Columns: person, purpose (position in PURPOSES), is_granted, day, offset.
    """
    person = np.repeat(registrations["person"].to_numpy(), len(PURPOSES))
    purpose = np.tile(np.arange(len(PURPOSES)), len(registrations))
    registered = np.repeat(registrations["registered"].to_numpy(), len(PURPOSES))
    offset = np.where(registered < 0, person % 3_600 * 1_000, registered % DAY)
    ends = registered // DAY + people.withdraw_after[person, purpose]
    granted = people.is_granted[person, purpose] & (ends > 0)
    given = pd.DataFrame(
        {
            "person": person,
            "purpose": purpose,
            "is_granted": granted,
            "day": registered // DAY,
            "offset": offset,
        }
    )
    given["day"] = given["day"].clip(lower=0)
    withdraws = granted & (ends < np.minimum(days, left_day[person]))
    later = given.assign(day=ends, is_granted=False)[withdraws]
    return pd.concat([given, later]).sort_values(
        ["day", "offset", "person", "purpose", "is_granted"], ignore_index=True
    )
