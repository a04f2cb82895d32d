"""What every engine answers of the made-up log, a Parquet file each in the target folder. Times are UTC.

identity_map     identifier_type (browser, user, device), identifier, person_id: browsers seen with one login or one
                 device are one person, and so on; a person's id is the smallest of their browsers'
sessions         browser_id, started_at, ended_at and the measures: a pause of more than 30 minutes begins another
daily_activity   person_id, event_date and the measures
profiles         person_id, first_at, last_at, recency_days; each measure in the last 1, 7, 30, 90 days and in life;
                 of buyers, fifths (1 to 5) by recency, count and money of orders, ties by person_id
order_channels   order_id, person_id, channel and touch_at of the person's last touch before or at the order; of equal
                 times the last channel by name; empty if there was none
top_categories   person_id, category_rank (1 to 3), category, event_count; ties by name
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

LAST_DAY = datetime.date(2025, 6, 29)
PAUSE_MINUTES = 30
WINDOWS = (1, 7, 30, 90)
TOP = 3
# Measure and the event type that it counts.
COUNTED = {"view_count": "view", "cart_count": "cart", "order_count": "purchase"}
MEASURES = ("event_count", *COUNTED, "amount_cents")
TABLES = ("identity_map", "sessions", "daily_activity", "profiles", "order_channels", "top_categories")
COLUMNS = (
    "event_at",
    "event_type",
    "browser_id",
    "user_id",
    "device_id",
    "category",
    "channel",
    "order_id",
    "amount_cents",
)
# Of buyers: score, what it is by, and whether less is better.
SCORES = {
    "recency_score": ("order_age", True),
    "frequency_score": ("order_count_life", False),
    "monetary_score": ("amount_cents_life", False),
}
FIFTHS = 5


def asked() -> tuple[str, Path]:
    """Return the log and the target folder of the command line."""
    log, target = sys.argv[1:3]
    return log, Path(target)
