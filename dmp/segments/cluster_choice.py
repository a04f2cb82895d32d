"""Which clustering is used: the most useful one among those that another sample of people would find again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dmp.segments.clusters import Recipe, fit

RECIPES = (
    *(Recipe("k-means", count) for count in range(3, 9)),
    Recipe("gaussian mixture", 5),
    Recipe("dbscan", 0),
)
# What is used while there is no outcome to compare with, and where nothing is stable.
PLAIN = Recipe("k-means", 5)
STABILITY_FLOOR = 0.90
BOOTSTRAPS = 6


@dataclass(frozen=True)
class Trial:
    """One recipe: how much of what people did next its clusters tell, and how alike they are on other samples.

    usefulness: eta squared, the share of the variance of log(1 + spend of the next 90 days) between clusters.
    stability: mean adjusted Rand index (Hubert and Arabie 1985) of all people between the clustering and those of
    bootstrap samples.
    """

    recipe: Recipe
    usefulness: float
    stability: float

    @property
    def is_stable(self) -> bool:
        """Whether another sample would find the clusters again."""
        return self.stability >= STABILITY_FLOOR


def trials(points: np.ndarray, next_spend: np.ndarray) -> list[Trial]:
    """Try each recipe on people of a past cut (rows of `clusters.logs`) and what they spent in the 90 days after it."""
    return [try_recipe(points, next_spend, recipe) for recipe in RECIPES]


def try_recipe(
    points: np.ndarray, next_spend: np.ndarray, recipe: Recipe, bootstraps: int = BOOTSTRAPS
) -> Trial:
    """Fit a recipe to all people and to bootstrap samples of them."""
    from sklearn.metrics import adjusted_rand_score

    labels = fit(points, recipe).label(points)
    generator = np.random.default_rng(0)
    found = []
    for _ in range(bootstraps):
        drawn = np.sort(generator.integers(0, len(points), len(points)))
        found.append(adjusted_rand_score(labels, fit(points[drawn], recipe).label(points)))
    return Trial(recipe, eta_squared(labels, np.log1p(next_spend)), float(np.mean(found)))


def eta_squared(labels: np.ndarray, values: np.ndarray) -> float:
    """Return the share of the variance of values that lies between labels; 0 where they do not vary."""
    whole = ((values - values.mean()) ** 2).sum()
    groups = pd.Series(values).groupby(labels).agg(["size", "mean"])
    between = (groups["size"] * (groups["mean"] - values.mean()) ** 2).sum()
    return float(between / whole) if whole > 0 else 0.0


def chosen(tried: Sequence[Trial]) -> Recipe:
    """Return the most useful stable recipe; the plain one where nothing was tried or is stable."""
    stable = [trial for trial in tried if trial.is_stable]
    return max(stable, key=lambda trial: trial.usefulness).recipe if stable else PLAIN
