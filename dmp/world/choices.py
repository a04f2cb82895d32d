"""Which item a person picks in a category: popularity, brand, price against budget, chance."""

from __future__ import annotations

import numpy as np

from dmp.world.catalogue import Catalogue
from dmp.world.people import People

BRAND_PULL, PRICE_PULL = 1.6, 1.6
ADULT = 18


def draw_gumbel(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw standard Gumbel values as minus the log of an exponential: twice as fast as numpy's own."""
    return -np.log(rng.standard_exponential(shape))


def choose_items(
    rng: np.random.Generator,
    catalogue: Catalogue,
    people: People,
    person: np.ndarray,
    leaf: np.ndarray,
    day: np.ndarray | int,
    year: int,
) -> np.ndarray:
    """Return one item number per row, -1 where the category has nothing on sale to this person.

    A multinomial logit by the Gumbel maximum (McFadden 1974); what is not launched, blocked in the region or too
    old for the person is never picked.
    """
    candidates = catalogue.by_leaf[leaf]
    score = catalogue.popularity[candidates] + draw_gumbel(rng, candidates.shape)
    score += BRAND_PULL * (catalogue.brand[candidates] == people.taste_brand[person][:, None])
    score -= PRICE_PULL * np.abs(catalogue.price_level[candidates] - people.budget[person][:, None])
    is_minor = year - people.birth_year[person] < ADULT + 1
    hidden = (candidates < 0) | (catalogue.launch_day[candidates] > np.asarray(day).reshape(-1, 1))
    hidden |= catalogue.blocked[candidates, people.region[person][:, None]]
    hidden |= is_minor[:, None] & (catalogue.min_age[candidates] > 0)
    score[hidden] = -np.inf
    best = score.argmax(axis=1)
    rows = np.arange(len(person))
    return np.where(np.isneginf(score[rows, best]), -1, candidates[rows, best])


def may_buy(
    catalogue: Catalogue, people: People, person: np.ndarray, item: np.ndarray, day: int, year: int
) -> np.ndarray:
    """Return whether each item is on sale to each person on that day."""
    is_minor = year - people.birth_year[person] < ADULT + 1
    closed = catalogue.blocked[item, people.region[person]] | (is_minor & (catalogue.min_age[item] > 0))
    return (catalogue.launch_day[item] <= day) & ~closed


def choose_leaves(
    rng: np.random.Generator, people: People, person: np.ndarray, season: np.ndarray
) -> np.ndarray:
    """Return a category per row: mostly one of the person's four, weighted by season; one in eight is any."""
    liked = people.taste_leaf[person]
    weight = people.taste_weight[person] * (
        season[liked] if season.ndim == 1 else np.take_along_axis(season, liked, 1)
    )
    bound = weight.cumsum(axis=1)
    place = (rng.random(len(person))[:, None] * bound[:, -1:] > bound).sum(axis=1)
    chosen = liked[np.arange(len(person)), np.minimum(place, liked.shape[1] - 1)]
    anything = rng.integers(0, len(season) if season.ndim == 1 else season.shape[1], len(person))
    return np.where(rng.random(len(person)) < 0.125, anything, chosen)
