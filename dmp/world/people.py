"""Who the people are before anything happens to them; what they do is in `behaviour`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmp.world.categories import BRANDS, CATEGORIES, CITIES, REGION_SHARES, REGIONS, TOP_NAMES

TASTES = 4
WAS_THERE = 0.4  # share of people who knew the shop before the first day
NEVER_REGISTER = 0.14  # nearly as many more leave before they come to it
PURPOSES = ("analytics", "personalisation", "advertising")
OCCUPATIONS = ("student", "employee", "self_employed", "manager", "teacher", "nurse", "retired", "engineer")
INCOME_BANDS = ("low", "middle", "upper_middle", "high")
NEVER = 1_000_000  # a day that does not come


@dataclass(frozen=True)
class People:
    """One entry per person, person number = position; days count from the world's first day."""

    household: np.ndarray
    region: np.ndarray
    city: np.ndarray
    gender: np.ndarray  # 0 female, 1 male
    birth_year: np.ndarray
    occupation: np.ndarray
    income: np.ndarray
    children: np.ndarray
    budget: np.ndarray  # log of the price level wished for, 0 = the category's median
    taste_leaf: np.ndarray  # (people, TASTES) categories liked
    taste_weight: np.ndarray  # (people, TASTES), sums to 1
    taste_brand: np.ndarray
    joined_day: np.ndarray  # first visit
    will_register: np.ndarray
    visit_rate: np.ndarray  # visits a day without a wish
    need_rate: np.ndarray  # new wishes a day
    decision: np.ndarray  # chance that a visit with a wish ends in an order
    leaving_rate: np.ndarray  # a day, when neither pleased nor annoyed
    persuadable: np.ndarray  # 0..1, how far exposures and coupons work
    hour_shift: np.ndarray
    is_granted: np.ndarray  # (people, purposes)
    withdraw_after: np.ndarray  # (people, purposes) days after registration

    @property
    def count(self) -> int:
        """Number of people."""
        return len(self.household)


def draw_people(rng: np.random.Generator, count: int, days: int, first_year: int) -> People:
    """Draw people; rates are log-normal, so that few of them make most of the visits."""
    household = _draw_households(rng, count)
    region = rng.choice(len(REGIONS), household.max() + 1, p=REGION_SHARES)[household]
    income = rng.choice(4, count, p=(0.25, 0.4, 0.23, 0.12))
    taste_leaf, taste_weight, taste_brand = _draw_tastes(rng, household, count)
    was_there = rng.random(count) < WAS_THERE
    liveliness = rng.normal(0, 1, count)
    return People(
        household=household,
        region=region,
        city=rng.integers(0, len(CITIES[0]), count),
        gender=rng.integers(0, 2, count),
        birth_year=first_year - np.clip(rng.normal(37, 13, count), 15, 82).astype(int),
        occupation=rng.integers(0, len(OCCUPATIONS), count),
        income=income,
        children=np.minimum(rng.poisson(0.8, count), 4),
        budget=0.3 * (income - 1.2) + rng.normal(0, 0.2, count),
        taste_leaf=taste_leaf,
        taste_weight=taste_weight,
        taste_brand=taste_brand,
        joined_day=np.where(was_there, -rng.integers(1, 300, count), rng.integers(0, days, count)),
        will_register=rng.random(count) > NEVER_REGISTER,
        visit_rate=0.04 * np.exp(0.85 * liveliness),
        need_rate=0.015 * np.exp(0.75 * liveliness + rng.normal(0, 0.6, count)),
        decision=rng.beta(5, 4, count),
        leaving_rate=np.exp(rng.normal(-6.2, 0.5, count) - 0.2 * liveliness),
        persuadable=rng.beta(2, 3, count),
        hour_shift=rng.integers(-3, 4, count),
        is_granted=rng.random((count, len(PURPOSES))) < (0.96, 0.9, 0.8),
        withdraw_after=np.where(
            rng.random((count, len(PURPOSES))) < 0.08, rng.integers(3, 300, (count, len(PURPOSES))), NEVER
        ),
    )


def _draw_households(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return each person's household: three in five hold one person, the rest two to four."""
    sizes = rng.choice((1, 2, 3, 4), count, p=(0.6, 0.26, 0.09, 0.05))
    return rng.permutation(np.repeat(np.arange(count), sizes)[:count])


def _draw_tastes(
    rng: np.random.Generator, household: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return liked categories, their weights and a brand; a household shares one liked category."""
    leaf_tops = np.array([TOP_NAMES.index(category.path.split(" > ")[0]) for category in CATEGORIES])
    home_top = rng.integers(0, len(TOP_NAMES), count)
    score = rng.gumbel(size=(count, len(CATEGORIES))) + 2.0 * (leaf_tops == home_top[:, None])
    taste_leaf = np.argsort(-score, axis=1, kind="stable")[:, :TASTES]
    shared = rng.integers(0, len(CATEGORIES), household.max() + 1)[household]
    shares_home = rng.random(count) < 0.5
    taste_leaf[:, TASTES - 1] = np.where(shares_home, shared, taste_leaf[:, TASTES - 1])
    weight = rng.dirichlet((3.0, 2.0, 1.2, 0.8), count)
    brand = (leaf_tops[taste_leaf[:, 0]] * 4 + rng.integers(0, 6, count)) % len(BRANDS)
    return taste_leaf, weight, brand
