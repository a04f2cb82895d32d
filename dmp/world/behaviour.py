"""One day after the other: tempers and leaving here, all else by the rules in the modules named after it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dmp.world.exposures import expose, offer_coupons
from dmp.world.forecast import forecast
from dmp.world.purchases import place_orders
from dmp.world.state import DELIVERY_DAYS, State
from dmp.world.stock import keep_shop
from dmp.world.visits import Visits, draw_visits
from dmp.world.wishes import live_with_wishes

CART_WITH_WISH, CART_WITHOUT = 0.3, 0.06


def leaving_hazards(state: State, day: int) -> np.ndarray:
    """Return each person's chance to leave today, were they present.

    Trouble raises it (a bad experience by 3.3 x), good purchases lower it; newcomers without an order leave
    easily.
    """
    people = state.world.people
    newness = 5 * np.exp(-(day - people.joined_day) / 8) * (state.order_count == 0)
    stranger = np.where(people.will_register, 1.0, 2.5)
    return np.minimum(people.leaving_rate * np.exp(-1.5 * state.satisfaction) * (1 + newness) * stranger, 0.5)


def run_days(state: State, cuts: set[int], progress: Callable[[int], None]) -> None:
    """Let the days pass; the journal of `state` then holds all that happened, with forecasts at `cuts`."""
    for day in range(state.world.days):
        _tempers(state, day)
        changed = keep_shop(state, day)
        stock_before = state.stock.copy()
        live_with_wishes(state, day)
        offer_coupons(state, day)
        callers = expose(state, day)
        visits = draw_visits(state, day, callers)
        state.registered_day[visits.person[visits.registers]] = day
        order = place_orders(state, day, visits)
        _log_visits(state, day, visits, order)
        _log_items(state, day, changed | (state.stock != stock_before))
        if day in cuts:
            state.journal.add("hazards", day=day, **forecast(state, day, leaving_hazards(state, day)))
        progress(day)


def _tempers(state: State, day: int) -> None:
    """Let yesterday's feelings fade, today's deliveries please or annoy, and some people leave."""
    count = state.world.people.count
    state.satisfaction = np.clip(0.988 * state.satisfaction + state.coming[day % DELIVERY_DAYS], -2.0, 1.2)
    state.coming[day % DELIVERY_DAYS] = 0
    state.exposure_load *= 0.88
    state.momentum = 0.975 * state.momentum + state.rng.normal(0, 0.12, count)
    leaves = state.rng.random(count) < leaving_hazards(state, day)
    leaves &= state.is_present(day) & (state.world.people.joined_day < day)
    state.left_day[leaves] = day
    state.wish_leaf[leaves] = -1


def _log_visits(state: State, day: int, visits: Visits, order: np.ndarray) -> None:
    carts = state.rng.random(len(order)) < np.where(visits.has_wish, CART_WITH_WISH, CART_WITHOUT)
    state.journal.add(
        "visits",
        day=day,
        person=visits.person,
        second=visits.second,
        device=visits.device,
        channel=visits.channel,
        campaign=visits.campaign,
        leaf=visits.leaf,
        item=visits.item,
        has_wish=visits.has_wish,
        login=visits.login,
        registers=visits.registers,
        carts=(carts | visits.wants_order) & (visits.item >= 0),
        order=order,
    )


def _log_items(state: State, day: int, changed: np.ndarray) -> None:
    """Log the rows of items that changed or were launched; one item a day is counted anyway."""
    launched = state.world.catalogue.launch_day <= day
    rows = launched & (changed | (state.world.catalogue.launch_day == day))
    counted = np.flatnonzero(launched)
    rows[counted[day % len(counted)]] = True
    item = np.flatnonzero(rows)
    state.journal.add(
        "items", day=day, item=item, price=state.price[item], cost=state.cost[item], stock=state.stock[item]
    )
