"""How wishes for a category come, fade and return with a rhythm; a wish is what turns visits into orders."""

from __future__ import annotations

import numpy as np

from dmp.world.choices import choose_items, choose_leaves, may_buy
from dmp.world.people import NEVER
from dmp.world.state import REMINDERS, State

FADING = 0.085  # a day
COMPLEMENT = 0.16  # chance that a purchase wakes a wish for what goes with it
SAME_ITEM = 0.75  # chance that something used up is wished for as the very same item


def live_with_wishes(state: State, day: int) -> None:
    """Let old wishes fade, due reminders become wishes, and new wishes arise."""
    count = state.world.people.count
    fades = (state.wish_leaf >= 0) & (state.rng.random(count) < FADING)
    state.wish_leaf[fades] = -1
    present = state.is_present(day)
    _remember(state, day, present)
    arising = state.world.people.need_rate * np.exp(state.momentum) * state.world.day_factor[day]
    new = np.flatnonzero(present & (state.wish_leaf < 0) & (state.rng.random(count) < arising))
    leaf = choose_leaves(state.rng, state.world, new, day)
    _start(state, day, new, leaf, np.full(len(new), -1))


def _remember(state: State, day: int, present: np.ndarray) -> None:
    """Turn due reminders into wishes; whoever is busy with another wish is reminded three days later."""
    for slot in range(REMINDERS):
        due = (state.reminder_day[:, slot] == day) & present
        busy = due & (state.wish_leaf >= 0)
        state.reminder_day[busy, slot] = day + 3
        free = np.flatnonzero(due & ~busy)
        item = state.reminder_item[free, slot]
        state.reminder_day[free, slot] = NEVER
        same = may_buy(state.world, free, item, day)
        same &= state.rng.random(len(free)) < SAME_ITEM
        _start(state, day, free, state.world.catalogue.leaf[item], np.where(same, item, -1))


def _start(
    state: State,
    day: int,
    person: np.ndarray,
    leaf: np.ndarray,
    item: np.ndarray,
) -> None:
    """Start a wish per row; choose items not given; no wish if nothing is on sale to the person."""
    chosen = choose_items(state.rng, state.world, person, leaf, day)
    item = np.where(item >= 0, item, chosen)
    starts = item >= 0
    state.wish_leaf[person[starts]] = leaf[starts]
    state.wish_item[person[starts]] = item[starts]


def remind_after_purchase(
    state: State,
    day: int,
    person: np.ndarray,
    item: np.ndarray,
    quantity: np.ndarray,
) -> None:
    """Note when a consumable will be used up, and sometimes a wish for what goes with the item."""
    rhythm = state.world.catalogue.rhythm_days[item]
    used_up = rhythm * quantity * np.exp(state.rng.normal(0, 0.2, len(item)))
    _remind(state, person[rhythm > 0], item[rhythm > 0], day + 1 + used_up[rhythm > 0].astype(int))
    partner = state.world.catalogue.complement[item]
    wakes = state.rng.random(len(item)) < COMPLEMENT
    _remind(state, person[wakes], partner[wakes], day + state.rng.integers(2, 20, wakes.sum()))


def _remind(state: State, person: np.ndarray, item: np.ndarray, day: np.ndarray) -> None:
    slot = item % REMINDERS
    state.reminder_day[person, slot] = day
    state.reminder_item[person, slot] = item
