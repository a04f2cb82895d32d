"""When a person's next purchase and silence are likely, in words; nothing is looked up or worked out here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dmp.terminal import is_nothing

NAMES = {"purchase_times": "next purchase", "silence_times": "falls silent"}


def time_rows(portrait: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a row of words per table of times that the portrait holds: days, and the chance within 30 of them."""
    return [(NAMES[table], _told(row)) for table in NAMES for row in portrait.get(table, [])]


def _told(row: dict[str, Any]) -> str:
    if not is_nothing(row["reason"]):
        return f"not told: {row['reason']}"
    chance = f"{row['probability_30d']:.0%} within 30 days"
    if "probability_0d" in row:
        return f"{chance}; {row['probability_0d']:.0%} that this has happened already"
    if is_nothing(row["lower_days"]):
        return f"not likely in the days that can be told, {chance}"
    first = _day(row, "lower_days")
    if is_nothing(row["upper_days"]):
        return f"likely after {first}, {chance}"
    return f"likely between {first} and {_day(row, 'upper_days')}, {chance}"


def _day(row: dict[str, Any], column: str) -> date:
    as_of_date: date = row["as_of_date"]
    return as_of_date + timedelta(days=int(row[column]))
