"""What the built-in shop's raw tables say happened, told by plain Python: no model and no macro is asked.

Two things are taken as given, since other tests look after them: which events are a program's, and the map of people.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb

from dmp.settings import Home

COUNTED_TYPES = (
    "page_view", "impression", "click", "search", "view", "cart", "favourite", "dismiss", "login", "refund", "review",
    "share",
)  # fmt: skip
WINDOWS = {"1d": 1, "7d": 7, "30d": 30, "90d": 90, "life": 100_000}


@dataclass(frozen=True)
class RawEvent:
    """One thing that an identifier did: order lines are one event each."""

    identifier_key: int
    event_type: str
    at: datetime
    landed_date: date
    item_id: str | None = None
    order_id: str | None = None
    quantity: int = 0
    amount: Decimal = Decimal(0)
    rating: int = 0

    @property
    def date(self) -> date:
        """The day on which it happened; the shop's home keeps UTC."""
        return self.at.date()


@dataclass(frozen=True, repr=False)
class RawShop:
    """All events by identifier, and whose each identifier, and each date of a shared one, was known to be."""

    events: dict[int, list[RawEvent]]
    map_history: list[tuple[int, int, date, date]]
    days_history: list[tuple[int, date, int, date, date]]

    @classmethod
    def read(cls, home: Home) -> RawShop:
        """Read the raw tables of a home that holds nothing but the shop."""
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            events = defaultdict(list)
            for event in (*_behaviours(connection), *_orders(connection), *_aftermath(connection)):
                events[event.identifier_key].append(event)
            history = connection.execute(
                "SELECT identifier_key, user_key, known_from, known_to FROM profiles.identity_map_history"
            ).fetchall()
            days = connection.execute(
                "SELECT identifier_key, event_date, user_key, known_from, known_to FROM profiles.identity_days_history"
            ).fetchall()
        return cls(dict(events), history, days)

    def landed_range(self) -> tuple[date, date]:
        """Return the first and the last day on which something landed."""
        landed = {event.landed_date for events in self.events.values() for event in events}
        return min(landed), max(landed)

    def done(self, day: date) -> dict[int, list[RawEvent]]:
        """Return what each person had done by a day, as far as it had landed and was known to be theirs by then."""
        people = {key: user for key, user, start, end in self.map_history if start <= day < end}
        dates = {(key, on): user for key, on, user, start, end in self.days_history if start <= day < end}
        done = defaultdict(list)
        for key, events in self.events.items():
            for event in events:
                if event.date <= day and event.landed_date <= day:
                    done[dates.get((key, event.date)) or people[key]].append(event)
        return dict(done)


def _behaviours(connection: duckdb.DuckDBPyConnection) -> Iterator[RawEvent]:
    programs = {
        row[0]
        for row in connection.execute(
            "SELECT event_id FROM intermediate.int_events WHERE is_bot OR is_idle"
        ).fetchall()
    }
    for event_id, login, anonymous, *told in connection.execute(
        "SELECT event_id, login_key, anonymous_key, event_type, occurred_at, landed_date, item_id FROM raw.shop__events"
    ).fetchall():
        identifier = login if login is not None else anonymous
        if identifier is not None and event_id not in programs:
            yield RawEvent(identifier, *told)


def _orders(connection: duckdb.DuckDBPyConnection) -> Iterator[RawEvent]:
    for login, anonymous, at, landed_date, order_id, lines in connection.execute(
        "SELECT login_key, anonymous_key, ordered_at, landed_date, order_id, lines FROM raw.shop__orders"
    ).fetchall():
        for line in json.loads(lines, parse_float=Decimal):
            amount = line["quantity"] * Decimal(line["price_amount"])
            yield RawEvent(
                login if login is not None else anonymous,
                "purchase", at, landed_date, line["item_id"], order_id, line["quantity"], amount,
            )  # fmt: skip


def _aftermath(connection: duckdb.DuckDBPyConnection) -> Iterator[RawEvent]:
    for key, at, landed_date, item_id, order_id, amount in connection.execute(
        "SELECT login_key, refunded_at, landed_date, item_id, order_id, amount FROM raw.shop__refunds"
    ).fetchall():
        yield RawEvent(key, "refund", at, landed_date, item_id, order_id, amount=amount)
    for key, at, landed_date, item_id, rating in connection.execute(
        "SELECT login_key, reviewed_at, landed_date, item_id, rating FROM raw.shop__reviews"
    ).fetchall():
        yield RawEvent(key, "review", at, landed_date, item_id, rating=rating)


def counted(events: list[RawEvent], day: date) -> dict[str, int | Decimal | None]:
    """Return one person's metrics as of a day, each event looked at anew for each window."""
    counts: dict[str, int | Decimal | None] = {}
    for suffix, days in WINDOWS.items():
        recent = [event for event in events if event.date > day - timedelta(days=days)]
        for measure, count in _measures(recent).items():
            counts[f"{measure}_{suffix}"] = count
        if suffix in ("30d", "90d"):
            counts[f"distinct_item_count_{suffix}"] = len({event.item_id for event in recent} - {None})
        if suffix == "90d":
            counts["distinct_purchased_item_count_90d"] = len({event.item_id for event in _bought(recent)})
    seen, bought = [event.date for event in events], [event.date for event in _bought(events)]
    return {
        **counts,
        "tenure_days": (day - min(seen)).days,
        "recency_days": (day - max(seen)).days,
        "first_purchase_days": (day - min(bought)).days if bought else None,
        "purchase_recency_days": (day - max(bought)).days if bought else None,
    }


def _bought(events: list[RawEvent]) -> list[RawEvent]:
    return [event for event in events if event.event_type == "purchase"]


def _measures(events: list[RawEvent]) -> dict[str, int | Decimal]:
    bought = _bought(events)
    return {
        **{f"{name}_count": sum(event.event_type == name for event in events) for name in COUNTED_TYPES},
        "order_count": len({event.order_id for event in bought}),
        "purchase_quantity": sum(event.quantity for event in bought),
        "purchase_amount": sum((event.amount for event in bought), Decimal(0)),
        "refund_amount": sum((event.amount for event in events if event.event_type == "refund"), Decimal(0)),
        "event_count": len(events),
        "active_day_count": len({event.date for event in events}),
        "purchase_day_count": len({event.date for event in bought}),
    }
