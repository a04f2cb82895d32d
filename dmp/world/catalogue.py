"""The items on sale: price, popularity, what goes with what, who may not buy; stock moves in `stock`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmp.world.categories import BRANDS, CATEGORIES, LEAF_NAMES, REGIONS, TOP_NAMES

SMALLEST, LARGEST = 6 * len(CATEGORIES), 36 * len(CATEGORIES)
LINES = ("Classic", "Pro", "Mini", "Plus", "Natural", "City", "Family", "Light")


@dataclass(frozen=True)
class Catalogue:
    """One entry per item in every array; item number = position."""

    leaf: np.ndarray
    top: np.ndarray
    brand: np.ndarray
    price: np.ndarray  # CNY on the first day
    price_level: np.ndarray  # log of price over the category's median
    cost: np.ndarray
    popularity: np.ndarray  # log weight, before taste
    quality: np.ndarray  # 0..1, chance of a good experience
    launch_day: np.ndarray  # 0 = on sale from the first day
    complement: np.ndarray  # item number that goes with it
    min_age: np.ndarray
    blocked: np.ndarray  # (items, regions) of bool
    rhythm_days: np.ndarray  # 0 = not a consumable
    by_leaf: np.ndarray  # (leaves, widest) item numbers, -1 where there are fewer
    names: list[str]

    @property
    def count(self) -> int:
        """Number of items."""
        return len(self.leaf)


def draw_catalogue(rng: np.random.Generator, people: int, days: int) -> Catalogue:
    """Draw between 6 and 36 items a category, more in a larger world; every tenth item is launched later."""
    count = int(np.clip(people // 10, SMALLEST, LARGEST))
    leaf = np.sort(np.arange(count) % len(CATEGORIES))
    top = np.array([TOP_NAMES.index(category.path.split(" > ")[0]) for category in CATEGORIES])[leaf]
    brand = _draw_brands(rng, top)
    median = np.array([category.price for category in CATEGORIES])[leaf]
    price = np.round(median * np.exp(rng.normal(0, 0.4, count)), 1)
    newcomer = rng.random(count) < 0.1
    blocked = (rng.random((count, len(REGIONS))) < 0.25) & (rng.random(count) < 0.08)[:, None]
    by_leaf = _group(leaf)
    return Catalogue(
        leaf=leaf,
        top=top,
        brand=brand,
        price=price,
        price_level=np.log(price / median),
        cost=np.round(price * rng.uniform(0.45, 0.8, count), 2),
        popularity=rng.normal(0, 0.8, count),
        quality=rng.beta(14, 1.6, count),
        launch_day=np.where(newcomer, rng.integers(0, max(days - days // 5, 1), count), 0),
        complement=_draw_complements(rng, leaf, brand, by_leaf),
        min_age=np.array([category.min_age for category in CATEGORIES])[leaf],
        blocked=blocked,
        rhythm_days=np.array([category.rhythm_days for category in CATEGORIES])[leaf],
        by_leaf=by_leaf,
        names=_names(rng, leaf, brand),
    )


def _draw_brands(rng: np.random.Generator, top: np.ndarray) -> np.ndarray:
    """Give each top category six brands of its own; neighbours share two."""
    return (top * 4 + rng.integers(0, 6, len(top))) % len(BRANDS)


def _group(leaf: np.ndarray) -> np.ndarray:
    """Return the item numbers of each leaf, padded with -1 to the widest."""
    sizes = np.bincount(leaf, minlength=len(CATEGORIES))
    table = np.full((len(CATEGORIES), sizes.max()), -1)
    for number, size in enumerate(sizes):
        table[number, :size] = np.flatnonzero(leaf == number)
    return table


def _draw_complements(
    rng: np.random.Generator, leaf: np.ndarray, brand: np.ndarray, by_leaf: np.ndarray
) -> np.ndarray:
    """Pick for each item one of the complementary leaf, of the same brand where there is one."""
    partner_leaf = np.array([LEAF_NAMES.index(category.complement) for category in CATEGORIES])[leaf]
    candidates = by_leaf[partner_leaf]
    score = rng.random(candidates.shape) + (brand[candidates] == brand[:, None])
    score[candidates < 0] = -1
    return candidates[np.arange(len(leaf)), score.argmax(axis=1)]


def _names(rng: np.random.Generator, leaf: np.ndarray, brand: np.ndarray) -> list[str]:
    """Return names such as "Nordal Classic Wok 17"; the number keeps them apart."""
    nouns, lines = rng.random(len(leaf)), rng.integers(0, len(LINES), len(leaf))
    names = []
    for number, (one_leaf, one_brand) in enumerate(zip(leaf, brand, strict=True)):
        choice = CATEGORIES[one_leaf].nouns
        noun = choice[int(nouns[number] * len(choice))]
        names.append(f"{BRANDS[one_brand]} {LINES[lines[number]]} {noun} {number % 90 + 10}")
    return names
