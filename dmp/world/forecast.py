"""The true chances of a purchase and of leaving, from the world's own rules; for the ledger alone."""

from __future__ import annotations

import numpy as np

from dmp.world.state import State
from dmp.world.visits import WISH_VISITS, order_chances, visit_rates
from dmp.world.wishes import FADING

HORIZONS = (7, 30)


def forecast(state: State, day: int, hazard: np.ndarray) -> dict[str, np.ndarray]:
    """Return the state and the chances of everyone present after `day`, one entry per person.

    Columns: person, has_wish, momentum, satisfaction, leaving_hazard (a day), purchase_intensity (expected
    orders a day now), purchase_probability_{7,30}d, leaving_probability_{7,30}d. A chain of four states
    (idle, wishing, has bought, has left) stepped day by day, with momentum and satisfaction fading as they do
    on average, reminders on their day, and neither season nor campaigns to come: right on average over
    people, not exact for one.
    """
    person = np.flatnonzero(state.is_present(day))
    with_wish, without = (chance[person] for chance in order_chances(state, day))
    has_wish = state.wish_leaf[person] >= 0
    momentum, satisfaction = state.momentum[person], state.satisfaction[person]
    wishing, idle = has_wish.astype(float), 1.0 - has_wish
    bought, stays, result = np.zeros(len(person)), np.ones(len(person)), {}
    for ahead in range(1, max(HORIZONS) + 1):
        lively = np.exp(momentum * 0.975**ahead)
        leaves = np.clip(hazard[person] * np.exp(1.5 * satisfaction * (1 - 0.988**ahead)), 0, 0.5)
        is_reminded = (state.reminder_day[person] == day + ahead).any(axis=1)
        arises = np.clip(state.world.people.need_rate[person] * lively + is_reminded, 0, 1)
        stays = stays * (1 - leaves)
        wishing, idle = (1 - leaves) * wishing, (1 - leaves) * idle
        wishing, idle = wishing * (1 - FADING) + idle * arises, idle * (1 - arises) + wishing * FADING
        visits = state.world.people.visit_rate[person] * lively
        orders_wishing = 1 - np.exp(-(visits + WISH_VISITS) * with_wish)
        orders_idle = 1 - np.exp(-visits * without)
        bought = bought + wishing * orders_wishing + idle * orders_idle
        wishing, idle = wishing * (1 - orders_wishing), idle * (1 - orders_idle)
        if ahead in HORIZONS:
            result[f"purchase_probability_{ahead}d"] = bought
            result[f"leaving_probability_{ahead}d"] = 1 - stays
    chance = np.where(has_wish, with_wish, without)
    return {
        "person": person,
        "has_wish": has_wish,
        "momentum": momentum,
        "satisfaction": satisfaction,
        "leaving_hazard": hazard[person],
        "purchase_intensity": visit_rates(state, day)[person] * chance,
        **result,
    }
