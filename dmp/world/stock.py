"""What moves in the shop itself: stock that runs out and is refilled, prices and costs that change."""

from __future__ import annotations

import numpy as np

from dmp.world.people import NEVER
from dmp.world.state import State

SUPPLY_DAYS = 45  # what a delivery covers at the expected demand
PRICE_CHANGE, COST_CHANGE = 0.003, 0.001  # chance per item and day
LOW_SHARE = 0.12  # of a delivery, below which the next one is ordered
# Measured on worlds of 2,000 to 9,000 people; only sets how often stock runs out.
ORDERS_PER_PERSON_AND_DAY = 0.009


def delivery_sizes(
    rng: np.random.Generator, popularity: np.ndarray, leaf: np.ndarray, people: int
) -> np.ndarray:
    """Return pieces per delivery and item, by a forecast that errs by half: some run out, some never."""
    weight = np.exp(popularity)
    share = weight / np.bincount(leaf, weights=weight)[leaf] / (leaf.max() + 1)
    demand = share * people * ORDERS_PER_PERSON_AND_DAY * 1.6 * SUPPLY_DAYS
    return np.ceil(4 + demand * np.exp(rng.normal(0, 0.5, len(leaf)))).astype(int)


def keep_shop(state: State, day: int) -> np.ndarray:
    """Receive deliveries, order new ones, change prices; return which items' rows have changed."""
    count, sizes = state.world.catalogue.count, state.delivery_size
    arrives = state.restock_day == day
    state.stock[arrives] += sizes[arrives]
    state.restock_day[arrives] = NEVER
    orders = (state.stock < LOW_SHARE * sizes) & (state.restock_day == NEVER)
    state.restock_day[orders] = day + state.rng.integers(6, 21, orders.sum())
    reprices = state.rng.random(count) < PRICE_CHANGE
    factor = state.rng.choice((0.8, 0.9, 0.95, 1.05, 1.1), count)
    state.price[reprices] = np.clip(
        np.round(state.price * factor, 1),
        0.6 * state.world.catalogue.price,
        1.4 * state.world.catalogue.price,
    ).round(1)[reprices]
    recosts = state.rng.random(count) < COST_CHANGE
    state.cost[recosts] = np.round(state.world.catalogue.cost * state.rng.uniform(0.95, 1.08, count), 2)[
        recosts
    ]
    return arrives | reprices | recosts


def take(state: State, item: np.ndarray, quantity: np.ndarray) -> np.ndarray:
    """Take pieces from stock, first come first served; return which rows could be served."""
    order = np.argsort(item, kind="stable")
    wanted = quantity[order].cumsum()
    is_first = np.diff(item[order], prepend=-1) != 0
    wanted_of_others = np.maximum.accumulate(np.where(is_first, wanted - quantity[order], 0))
    served = np.empty(len(item), bool)
    served[order] = wanted - wanted_of_others <= state.stock[item[order]]
    np.subtract.at(state.stock, item[served], quantity[served])
    return served
