"""The journal as numbered rows, one table per entity, in the order in which things happened."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from dmp.world.aftermath import DAY, consent_rows, draw_refunds, draw_reviews
from dmp.world.browsing import CHECKOUT, ORDER, draw_durations, expand_visits
from dmp.world.customers import draw_customer_rows
from dmp.world.exposures import COUPON_DAYS
from dmp.world.people import PURPOSES
from dmp.world.referrals import draw_referrals
from dmp.world.reviews import review_text
from dmp.world.state import State, World
from dmp.world.visits import LOGS_IN

STOCK_TAKING = 23 * 3_600_000 + 3_000_000  # items are counted at 23:50


def first_moment(first_date: date) -> int:
    """Return the first day's midnight in milliseconds since 1970, UTC."""
    return int(datetime(first_date.year, first_date.month, first_date.day, tzinfo=UTC).timestamp()) * 1000


def draw_history(rng: np.random.Generator, state: State, first_date: date) -> dict[str, pd.DataFrame]:
    """Return a table per entity; each has `day` and `moment` (milliseconds since 1970).

    Row number = the number in the entity's ids. Besides the landed entities there are `lines` (of orders) and
    `registrations` (person, registered: milliseconds since the first day).
    """
    world, journal, days, left_day = state.world, state.journal, state.world.days, state.left_day
    visits, lines = _timed_visits(rng, journal.table("visits")), journal.table("lines")
    events = _with_visit(expand_visits(rng, world, visits, lines), visits, world)
    registrations = _registrations(state, visits)
    reviews = draw_reviews(rng, lines, left_day, days)
    reviews["text"] = [review_text(*row) for row in zip(reviews["rating"], reviews["text"], strict=True)]
    consents = consent_rows(world.people, registrations, left_day, days)
    consents["purpose"] = np.array(PURPOSES)[consents["purpose"]]
    # From a stream of their own: the rest of the world stays as it is without them.
    referrals = draw_referrals(rng.spawn(1)[0], registrations, left_day)
    customers = draw_customer_rows(rng, world.people, registrations, left_day, days)
    customers["offset"] = customers["updated"] - customers["day"] * DAY
    items = journal.table("items").assign(offset=STOCK_TAKING)
    history = {
        "events": events,
        "orders": _timed_orders(journal.table("orders"), visits, world),
        "refunds": draw_refunds(rng, lines, left_day, days),
        "reviews": reviews,
        "items": items,
        "customers": customers,
        "coupons": _in_milliseconds(journal.table("coupons")),
        "consents": consents,
        "referrals": referrals,
        "exposures": _in_milliseconds(journal.table("exposures")),
    }
    start = first_moment(first_date)
    for table in history.values():
        table["moment"] = start + table["day"] * DAY + table["offset"]
    customers["registered_moment"] = start + customers["registered"]
    history["coupons"]["expires_moment"] = history["coupons"]["moment"] + COUPON_DAYS * DAY
    return {**history, "lines": lines, "registrations": registrations}


def _timed_visits(rng: np.random.Generator, visits: pd.DataFrame) -> pd.DataFrame:
    """Add how long each visit lasts and in which part of it the login falls: before the cart of an order."""
    latest = np.where(visits["order"] >= 0, CHECKOUT - 0.05, 0.95)
    return visits.assign(duration=draw_durations(rng, visits), login_part=rng.uniform(0.02, latest))


def _with_visit(events: pd.DataFrame, visits: pd.DataFrame, world: World) -> pd.DataFrame:
    """Add what an event has from its visit: day, person, device, cookie, channel, campaign."""
    own = visits[["day", "person", "device", "channel", "campaign"]].take(events["visit"].to_numpy())
    cookie = world.devices.cookie_at(own["device"].to_numpy(), own["day"].to_numpy())
    return pd.concat([events.drop(columns="visit"), own.reset_index(drop=True)], axis=1).assign(cookie=cookie)


def _timed_orders(orders: pd.DataFrame, visits: pd.DataFrame, world: World) -> pd.DataFrame:
    """Add time, device, cookie and channel of the visit in which the order was placed."""
    visit = visits[visits["order"] >= 0].sort_values("order")
    cookie = world.devices.cookie_at(visit["device"].to_numpy(), visit["day"].to_numpy())
    offset = visit["second"] * 1000 + (ORDER * visit["duration"]).astype(np.int64)
    return orders.assign(
        offset=offset.to_numpy(),
        device=visit["device"].to_numpy(),
        cookie=cookie,
        channel=visit["channel"].to_numpy(),
    )


def _registrations(state: State, visits: pd.DataFrame) -> pd.DataFrame:
    """Return when each registered person registered: at a login of the log, or before the first day."""
    before = np.flatnonzero(state.registered_day < 0)
    early = state.registered_day[before] * DAY + (before * 7_919) % DAY
    now = visits[visits["registers"] & (visits["login"] == LOGS_IN)]
    moment = now["day"] * DAY + now["second"] * 1000 + (now["login_part"] * now["duration"]).astype(np.int64)
    both = pd.DataFrame(
        {"person": np.r_[before, now["person"].to_numpy()], "registered": np.r_[early, moment.to_numpy()]}
    )
    return both.astype(np.int64).sort_values("person", ignore_index=True)


def _in_milliseconds(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(offset=table["second"] * 1000)
