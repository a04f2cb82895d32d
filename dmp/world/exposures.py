"""Exposures and coupons: who is picked, who is held out, and how wishes and tempers change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmp.world.categories import CATEGORIES, TOP_NAMES
from dmp.world.choices import choose_items
from dmp.world.people import PURPOSES
from dmp.world.state import State

COST = np.array([0.02, 0.06, 0.09])  # CNY an exposure, by channel
HOLDOUT = 0.15
PULL = 0.3  # chance of a new wish for a fully persuadable person whose taste is met
CLICK_RATE = 0.03
TIRING_LOAD, TIRED = 3.0, -0.1
COUPON_RHYTHM, COUPON_SHARE, COUPON_DAYS = 5, 0.03, 14
ADVERTISING = PURPOSES.index("advertising")


@dataclass(frozen=True)
class Callers:
    """People whom today's exposures bring into the shop."""

    person: np.ndarray
    campaign: np.ndarray
    second: np.ndarray  # of the exposure


def expose(state: State, day: int) -> Callers:
    """Run today's campaigns on the state and return who comes because of them.

    A campaign keeps the people it picked on its first day. Exposures of the held-out are logged, change
    nothing.
    """
    campaigns = state.world.campaigns
    is_running = (campaigns.start_day <= day) & (day < campaigns.start_day + campaigns.length)
    callers = []
    for campaign in np.flatnonzero(is_running).tolist():
        if campaign not in state.audiences:
            state.audiences[campaign] = _pick(state, day, campaign)
        person, is_holdout = state.audiences[campaign]
        sees = _may_advertise(state, day)[person]
        if campaigns.channel[campaign] > 0:
            sees &= state.rng.random(len(person)) < 0.5
        callers.append(_show(state, day, campaign, person[sees], is_holdout[sees]))
    empty = [np.empty(0, int)] * 3
    return Callers(*(np.concatenate(part) for part in zip(empty, *callers, strict=True)))


def _may_advertise(state: State, day: int) -> np.ndarray:
    people = state.world.people
    consent_ends = state.registered_day + people.withdraw_after[:, ADVERTISING]
    consents = people.is_granted[:, ADVERTISING] & (day < consent_ends)
    return state.is_present(day) & (state.registered_day < day) & consents


def _pick(state: State, day: int, campaign: int) -> np.ndarray:
    """Return (2, people): who is picked, and whether that person is held out."""
    eligible = np.flatnonzero(_may_advertise(state, day))
    person = eligible[state.rng.random(len(eligible)) < state.world.campaigns.audience_share[campaign]]
    return np.stack([person, state.rng.random(len(person)) < HOLDOUT])


def _show(
    state: State,
    day: int,
    campaign: int,
    person: np.ndarray,
    is_holdout: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log the exposures, start the wishes that they cause, return the callers (person, campaign, second)."""
    held = is_holdout.astype(bool)
    channel = state.world.campaigns.channel[campaign]
    leaf = _leaf_for(state, person, state.world.campaigns.top[campaign])
    likes = (state.world.people.taste_leaf[person] == leaf[:, None]).any(axis=1)
    added = PULL * state.world.people.persuadable[person] * np.where(likes, 1.0, 0.25)
    added = np.where(held | (state.wish_leaf[person] >= 0), 0.0, added)
    item = choose_items(state.rng, state.world, person, leaf, day)
    starts = (state.rng.random(len(person)) < added) & (item >= 0)
    state.wish_leaf[person[starts]] = leaf[starts]
    state.wish_item[person[starts]] = item[starts]
    comes = starts | (~held & (state.rng.random(len(person)) < CLICK_RATE))
    state.exposure_load[person[~held]] += 1
    tired = np.where(~held & (state.exposure_load[person] > TIRING_LOAD), TIRED, 0.0)
    state.satisfaction[person] += tired
    second = state.rng.integers(7 * 3600, 20 * 3600, len(person))
    state.journal.add(
        "exposures",
        campaign=campaign,
        person=person,
        channel=channel,
        is_holdout=held,
        day=day,
        second=second,
        cost=np.where(held, 0.0, COST[channel]),
        wish_probability_added=added,
        is_wish_started=starts,
        is_visit_caused=comes,
        satisfaction_change=tired,
    )
    return person[comes], np.full(comes.sum(), campaign), second[comes]


def _leaf_for(state: State, person: np.ndarray, top: int) -> np.ndarray:
    """Return the person's own category under `top` where there is one, else any of them."""
    leaf_top = np.array([TOP_NAMES.index(category.path.split(" > ")[0]) for category in CATEGORIES])
    anything = state.rng.choice(np.flatnonzero(leaf_top == top), len(person))
    liked = state.world.people.taste_leaf[person]
    fits = leaf_top[liked] == top
    return np.where(fits.any(axis=1), liked[np.arange(len(person)), fits.argmax(axis=1)], anything)


def offer_coupons(state: State, day: int) -> None:
    """Give every fifth day some of the registered people a coupon of 10 to 25 % for two weeks."""
    is_known = state.is_present(day) & (state.registered_day < day)
    eligible = np.flatnonzero(is_known & (day % COUPON_RHYTHM == 2))
    person = eligible[state.rng.random(len(eligible)) < COUPON_SHARE]
    percent = state.rng.choice((10, 15, 20, 25), len(person))
    state.coupon_offer[person] = state.journal.count("coupons") + np.arange(len(person))
    state.coupon_until[person] = day + COUPON_DAYS
    state.coupon_percent[person] = percent
    second = state.rng.integers(0, 60, len(person))
    state.journal.add("coupons", person=person, percent=percent, day=day, second=second)
