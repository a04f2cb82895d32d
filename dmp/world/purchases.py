"""Orders of a day: baskets, coupons, stock, and the experience that follows each line."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dmp.world.choices import choose_items, choose_leaves, may_buy
from dmp.world.state import DELIVERY_DAYS, State
from dmp.world.stock import take
from dmp.world.visits import Visits
from dmp.world.wishes import remind_after_purchase

ADDED_COMPLEMENT, ADDED_ITEM = 0.22, 0.18
PLEASED, ANNOYED, SOLD_OUT = 0.12, -0.8, -0.35
FREE_SHIPPING, SHIPPING = 99.0, 8.0  # CNY


class Basket(NamedTuple):
    """One entry per line of the day's orders; `row` is the order's place in the day."""

    row: np.ndarray
    item: np.ndarray
    quantity: np.ndarray


def place_orders(state: State, day: int, visits: Visits) -> np.ndarray:
    """Serve the visits that want an order; return the order number of each visit, -1 = none."""
    number = np.full(len(visits.person), -1)
    wanting = np.flatnonzero(visits.wants_order)
    item = visits.item[wanting]
    quantity = 1 + (state.world.catalogue.rhythm_days[item] > 0) * state.rng.poisson(0.5, len(item))
    served = take(state, item, quantity)
    state.satisfaction[visits.person[wanting[~served]]] += SOLD_OUT
    orders = wanting[served]
    number[orders] = state.journal.count("orders") + np.arange(len(orders))
    basket = _baskets(state, day, visits.person[orders], item[served], quantity[served])
    _log(state, day, visits.person[orders], number[orders], basket)
    return number


def _baskets(
    state: State,
    day: int,
    person: np.ndarray,
    item: np.ndarray,
    quantity: np.ndarray,
) -> Basket:
    """Return all lines: the item wanted, what goes with it, something else liked."""
    rows = np.arange(len(person))
    leaf = choose_leaves(state.rng, state.world, person, day)
    other = choose_items(state.rng, state.world, person, leaf, day)
    partner = state.world.catalogue.complement[item]
    adds_partner = (state.rng.random(len(rows)) < ADDED_COMPLEMENT) & (partner != item)
    adds_partner &= may_buy(state.world, person, partner, day)
    adds_other = (
        (state.rng.random(len(rows)) < ADDED_ITEM) & (other >= 0) & (other != item) & (other != partner)
    )
    more_rows = np.concatenate([rows[adds_partner], rows[adds_other]])
    more_items = np.concatenate([partner[adds_partner], other[adds_other]])
    ones = np.ones(len(more_rows), int)
    in_stock = take(state, more_items, ones)
    all_rows = np.concatenate([rows, more_rows[in_stock]])
    by_order = np.argsort(all_rows, kind="stable")
    all_items = np.concatenate([item, more_items[in_stock]])
    all_quantities = np.concatenate([quantity, ones[in_stock]])
    return Basket(all_rows[by_order], all_items[by_order], all_quantities[by_order])


def _log(
    state: State,
    day: int,
    person: np.ndarray,
    number: np.ndarray,
    basket: Basket,
) -> None:
    """Write orders and lines to the journal and let satisfaction, reminders, wishes and coupons follow."""
    row, item, quantity = basket
    has_coupon = state.coupon_until[person] >= day
    percent = np.where(has_coupon, state.coupon_percent[person], 0)
    unit_price = np.round(state.price[item] * (1 - percent[row] / 100), 2)
    total = np.bincount(row, weights=unit_price * quantity)
    offer = np.where(has_coupon, state.coupon_offer[person], -1)
    shipping = np.where(total < FREE_SHIPPING, SHIPPING, 0.0)
    state.journal.add("orders", number=number, person=person, offer=offer, shipping=shipping, day=day)
    is_good = state.rng.random(len(row)) < state.world.catalogue.quality[item]
    experience_day = day + state.rng.integers(2, 10, len(row))
    first = np.r_[True, np.diff(row) != 0]
    line_number = np.arange(len(row)) - np.flatnonzero(first)[row] + 1
    state.journal.add(
        "lines",
        order=number[row],
        person=person[row],
        line_number=line_number,
        item=item,
        quantity=quantity,
        price=unit_price,
        cost=state.cost[item],
        is_good=is_good,
        experience_day=experience_day,
    )
    change = np.where(is_good, PLEASED, ANNOYED)
    np.add.at(state.coming, (experience_day % DELIVERY_DAYS, person[row]), change)
    remind_after_purchase(state, day, person[row], item, quantity)
    state.wish_leaf[person] = -1
    state.order_count[person] += 1
    state.coupon_until[person[has_coupon]] = -1
