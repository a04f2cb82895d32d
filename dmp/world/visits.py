"""Who visits the shop on a day, with which device, logged in or not; what they do there is in `browsing`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmp.world.campaigns import CAMPAIGN_CHANNELS
from dmp.world.choices import choose_items, choose_leaves
from dmp.world.devices import APP_KINDS, choose_devices
from dmp.world.exposures import Callers
from dmp.world.seasons import draw_seconds
from dmp.world.state import State

CHANNELS = ("direct", "search", "social", "email", "display", "referral", "affiliate")
CHANNEL_SHARES = (0.38, 0.3, 0.1, 0.06, 0.04, 0.07, 0.05)
CHANNEL_OF_CAMPAIGN = np.array([CHANNELS.index(name) for name in CAMPAIGN_CHANNELS])
WISH_VISITS = 0.22  # more visits a day while there is a wish
WISH_ORDER, IDLE_ORDER = 0.9, 0.06  # chance of an order a visit, for a person who always decides
COUPON_LIFT = 1.0
NOT_LOGGED_IN, LOGGED_IN, LOGS_IN = 0, 1, 2


@dataclass
class Visits:
    """One entry per visit of a day, in the order of their start."""

    person: np.ndarray
    campaign: np.ndarray  # -1 = none
    second: np.ndarray
    channel: np.ndarray
    device: np.ndarray
    leaf: np.ndarray
    item: np.ndarray
    has_wish: np.ndarray
    wants_order: np.ndarray
    login: np.ndarray
    registers: np.ndarray


def visit_rates(state: State, day: int) -> np.ndarray:
    """Return the expected visits of each person on a day, were they present."""
    idle = state.world.people.visit_rate * np.exp(state.momentum) * state.world.day_factor[day]
    return idle + WISH_VISITS * (state.wish_leaf >= 0)


def order_chances(state: State, day: int) -> tuple[np.ndarray, np.ndarray]:
    """Return each person's chance that a visit ends in an order: (with a wish, without one)."""
    has_coupon = state.coupon_until >= day
    lift = state.world.people.decision * (1 + COUPON_LIFT * has_coupon * state.world.people.persuadable)
    lift = lift * state.world.people.will_register
    return np.minimum(WISH_ORDER * lift, 0.95), np.minimum(IDLE_ORDER * lift, 0.95)


def draw_visits(state: State, day: int, callers: Callers) -> Visits:
    """Draw the day's visits; newcomers come at least once, callers once more; at most one order a person."""
    people = state.world.people
    present = state.is_present(day)
    counts = np.minimum(state.rng.poisson(np.where(present, visit_rates(state, day), 0.0)), 4)
    counts = np.maximum(counts, present & (people.joined_day == day))
    own = np.repeat(np.arange(people.count), counts)
    person = np.concatenate([own, callers.person])
    campaign = np.concatenate([np.full(len(own), -1), callers.campaign])
    called = callers.second + state.rng.integers(60, 3 * 3600, len(callers.person))
    second = np.concatenate([draw_seconds(state.rng, people.hour_shift[own]), called])
    order = np.lexsort((person, second))
    person, campaign, second = person[order], campaign[order], second[order]
    leaf, item = _interests(state, day, person)
    with_wish, without = order_chances(state, day)
    has_wish = state.wish_leaf[person] >= 0
    chance = np.where(has_wish, with_wish[person], without[person])
    wants = (state.rng.random(len(person)) < chance) & (item >= 0)
    own_channel = state.rng.choice(len(CHANNELS), len(person), p=CHANNEL_SHARES)
    device = choose_devices(state.rng, state.world.devices, person)
    wants &= _is_first(person, wants)
    login, registers = _logins(state, day, person, device, wants)
    return Visits(
        person=person,
        campaign=campaign,
        second=second,
        channel=np.where(
            campaign >= 0, CHANNEL_OF_CAMPAIGN[state.world.campaigns.channel[campaign]], own_channel
        ),
        device=device,
        leaf=leaf,
        item=item,
        has_wish=has_wish,
        wants_order=wants,
        login=login,
        registers=registers,
    )


def _interests(state: State, day: int, person: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (category, item) of interest: the wish where there is one, else taste."""
    wish = state.wish_leaf[person]
    leaf = np.where(wish >= 0, wish, choose_leaves(state.rng, state.world, person, day))
    chosen = choose_items(state.rng, state.world, person, leaf, day)
    return leaf, np.where(wish >= 0, state.wish_item[person], chosen)


def _is_first(person: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Mark each person's first chosen row."""
    rows = np.flatnonzero(chosen)
    first = np.zeros(len(person), bool)
    first[rows[np.unique(person[rows], return_index=True)[1]]] = True
    return first


def _logins(
    state: State,
    day: int,
    person: np.ndarray,
    device: np.ndarray,
    wants: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return (login state, registers now); an order needs a login, and a first order a registration."""
    is_known = state.registered_day[person] < day
    may_register = (state.registered_day[person] > day) & state.world.people.will_register[person]
    registers = may_register & (wants | (state.rng.random(len(person)) < 0.3))
    registers &= _is_first(person, registers)
    wants &= is_known | registers
    stays = np.where(np.isin(state.world.devices.kind[device], APP_KINDS), 0.9, 0.55)
    stays = np.where(state.world.devices.is_shared[device], 0.25, stays)
    is_logged_in = is_known & (state.rng.random(len(person)) < stays)
    logs_in = registers | (is_known & ~is_logged_in & (wants | (state.rng.random(len(person)) < 0.25)))
    login = np.where(is_logged_in, LOGGED_IN, np.where(logs_in, LOGS_IN, NOT_LOGGED_IN))
    return login, registers
