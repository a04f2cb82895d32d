"""How values look in a page: numbers with thousands, shares in percent, dates as they are, nothing as a dash."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

NOTHING = "\u2013"


def shown(value: Any) -> str:
    """Return a cell of a table."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return next((write(value) for kind, write in WAYS.items() if isinstance(value, kind)), str(value))


def _decimal(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 10 else f"{value:,.2f}"


# A truth is an integer to Python, and a time is a date: the narrower kind comes first.
WAYS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "✓" if value else NOTHING,
    int: lambda value: f"{value:,}",
    float: _decimal,
    Decimal: lambda value: _decimal(float(value)),
    datetime: lambda value: str(value.strftime("%Y-%m-%d %H:%M")),
    date: lambda value: str(value.isoformat()),
}


def percent(value: float | None) -> str:
    """Return a share of 0..1 in percent."""
    return NOTHING if value is None or math.isnan(value) else f"{100 * value:.1f} %"


def is_number(value: Any) -> bool:
    """Whether a cell stands to the right."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


FILTERS = {"shown": shown, "percent": percent, "is_number": is_number}
