"""Which item a person picks in a category: popularity, brand, price against budget, chance."""

from __future__ import annotations

import numpy as np

from dmp.world.people import TASTES
from dmp.world.state import World

BRAND_PULL, PRICE_PULL = 1.6, 1.6
ADULT = 18


def draw_gumbel(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw standard Gumbel values as minus the log of an exponential: twice as fast as numpy's own."""
    return -np.log(rng.standard_exponential(shape))


def choose_items(
    rng: np.random.Generator,
    world: World,
    person: np.ndarray,
    leaf: np.ndarray,
    day: np.ndarray | int,
) -> np.ndarray:
    """Return one item number per row, -1 where the category has nothing on sale to this person.

    A multinomial logit by the Gumbel maximum (McFadden 1974); what is not launched, blocked in the region or
    not for minors is never picked for whom it concerns.
    """
    catalogue, people = world.catalogue, world.people
    candidates = catalogue.by_leaf[leaf]
    score = catalogue.popularity[candidates] + draw_gumbel(rng, candidates.shape)
    score += BRAND_PULL * (catalogue.brand[candidates] == people.taste_brand[person][:, None])
    score -= PRICE_PULL * np.abs(catalogue.price_level[candidates] - people.budget[person][:, None])
    hidden = (candidates < 0) | (catalogue.launch_day[candidates] > np.asarray(day).reshape(-1, 1))
    hidden |= catalogue.blocked[candidates, people.region[person][:, None]]
    hidden |= _is_minor(world, person, day)[:, None] & (catalogue.min_age[candidates] > 0)
    score[hidden] = -np.inf
    best = score.argmax(axis=1)
    rows = np.arange(len(person))
    return np.where(np.isneginf(score[rows, best]), -1, candidates[rows, best])


def may_buy(world: World, person: np.ndarray, item: np.ndarray, day: int) -> np.ndarray:
    """Return whether each item is on sale to each person on that day."""
    catalogue = world.catalogue
    closed = catalogue.blocked[item, world.people.region[person]]
    closed |= _is_minor(world, person, day) & (catalogue.min_age[item] > 0)
    return (catalogue.launch_day[item] <= day) & ~closed


def _is_minor(world: World, person: np.ndarray, day: np.ndarray | int) -> np.ndarray:
    """Return who may not have had their eighteenth birthday yet: the ledger knows years only."""
    return world.year[day] - world.people.birth_year[person] <= ADULT


def choose_leaves(
    rng: np.random.Generator, world: World, person: np.ndarray, day: np.ndarray | int
) -> np.ndarray:
    """Return a category per row: mostly one of the person's four, weighted by season; one in eight is any."""
    liked = world.people.taste_leaf[person]
    season = world.leaf_factor[np.asarray(day).reshape(-1, 1), liked]
    bound = (world.people.taste_weight[person] * season).cumsum(axis=1)
    place = (rng.random(len(person))[:, None] * bound[:, -1:] > bound).sum(axis=1)
    chosen = liked[np.arange(len(person)), np.minimum(place, TASTES - 1)]
    anything = rng.integers(0, world.leaf_factor.shape[1], len(person))
    return np.where(rng.random(len(person)) < 0.125, anything, chosen)
