"""What a portrait says of habits, carts and worth: rows of a card; nothing is looked up or worked out here."""

from __future__ import annotations

import calendar
from typing import Any

from dmp.terminal import is_nothing

Rows = list[tuple[str, str]]


def habit_rows(portrait: dict[str, Any]) -> Rows:
    """Return when the person visits, which ways they go and what waits in their cart, as (name, words)."""
    rows = [("visits", _visits(row)) for row in portrait["visits"]]
    rows += [("path", f"{row['path']} ({row['path_count_90d']} in 90 days)") for row in portrait["paths"]]
    rows += [
        (
            "cart",
            f"{row['item_name'] or row['item_id']}: {row['cart_state']} since {row['since_at']:%Y-%m-%d}",
        )
        for row in portrait["carts"]
    ]
    return rows


def worth_rows(portrait: dict[str, Any]) -> Rows:
    """Return how much the person spends, how loyal and how satisfied they are, as (name, words)."""
    rows = []
    for row in portrait["spending"]:
        shares = {"dear items": row["premium_share_life"], "discounted": row["discount_share_life"]}
        words = [f"{name} {share:.0%}" for name, share in shares.items() if not is_nothing(share)]
        rows.append(("spending", ", ".join([f"band {row['spending_band']} of 5", *words])))
    rows += [("loyalty", f"{row['loyalty_points']:.0f} of 100") for row in portrait["loyalty"]]
    rows += [
        (
            "satisfaction",
            f"{row['satisfaction_points']:.0f} of 100, from {row['review_count_life']} reviews "
            f"and {row['refund_count_life']} refunds",
        )
        for row in portrait["satisfaction"]
    ]
    return rows


def _visits(row: dict[str, Any]) -> str:
    words = [f"{row['session_count_30d']} in 30 days"]
    if not is_nothing(row["visit_gap_mean_days_90d"]):
        words.append(f"every {row['visit_gap_mean_days_90d']:.1f} days")
    if not is_nothing(row["main_weekday_90d"]):
        weekday = calendar.day_name[row["main_weekday_90d"] - 1]
        words.append(
            f"mostly in the {row['main_daypart_90d']}, on {weekday}s".replace("in the night", "at night")
        )
    if not is_nothing(row["dwell_median_seconds_90d"]):
        words.append(f"{row['dwell_median_seconds_90d'] / 60:.0f} minutes long")
    return ", ".join(words)
