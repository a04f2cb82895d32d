"""Clusters of people who behave alike: which numbers are looked at, how they are fitted, and how they are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

# What sets people apart in a shop, and how a cluster that has much or little of it is called. Each is looked at as
# log(1 + value), so that the largest spenders do not make clusters of their own.
METRICS = {
    "purchase_amount_life": (("high spend", "消费高"), ("low spend", "消费低")),
    "order_count_life": (("many orders", "订单多"), ("few orders", "订单少")),
    "purchase_recency_days": (("purchase long ago", "久未购买"), ("recent purchase", "近期购买")),
    "purchase_amount_90d": (("spends now", "近期有消费"), ("spends nothing now", "近期无消费")),
    "view_count_90d": (("much looking", "浏览多"), ("little looking", "浏览少")),
}
# Stands for "never bought": longer ago than any purchase, ten years.
NEVER_DAYS = 3650
NEIGHBOURS = 10
Labels = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Recipe:
    """An algorithm and its number of clusters; DBSCAN finds its own (0)."""

    algorithm: str
    count: int


@dataclass(frozen=True)
class Clustering:
    """A fitted clustering: from rows of METRICS to labels 0..count-1, and what each label's people are like."""

    label: Labels
    count: int
    means: np.ndarray


def logs(rows: pd.DataFrame) -> np.ndarray:
    """Return people x METRICS as log(1 + value); no purchase is one of ten years ago, other gaps are nothing."""
    values = rows.reindex(columns=list(METRICS)).to_numpy(dtype="float64", na_value=np.nan)
    gaps = [NEVER_DAYS if name == "purchase_recency_days" else 0 for name in METRICS]
    return np.log1p(np.maximum(np.where(np.isnan(values), gaps, values), 0))


def fit(points: np.ndarray, recipe: Recipe) -> Clustering:
    """Fit a recipe to people (rows of `logs`, in the order of user_key)."""
    mean, spread = points.mean(axis=0), np.where(points.std(axis=0) > 0, points.std(axis=0), 1)

    def scaled(values: np.ndarray) -> np.ndarray:
        return (values - mean) / spread

    label = ALGORITHMS[recipe.algorithm](scaled(points), recipe.count)
    labels = label(scaled(points))
    count = int(labels.max()) + 1
    means = [scaled(points)[labels == place].mean(axis=0) if (labels == place).any() else scaled(points)[:0].sum(axis=0)
             for place in range(count)]  # fmt: skip
    return Clustering(lambda values: label(scaled(values)), count, np.array(means))


def _k_means(points: np.ndarray, count: int) -> Labels:
    """k-means++ (Arthur and Vassilvitskii 2007)."""
    from sklearn.cluster import KMeans

    fitted: Any = KMeans(min(count, len(np.unique(points, axis=0))), n_init=5, random_state=0).fit(points)
    centres = np.round(fitted.cluster_centers_, 6)
    return lambda values: ((values[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)


def _gaussian_mixture(points: np.ndarray, count: int) -> Labels:
    """A mixture of Gaussians by expectation maximisation (Dempster, Laird and Rubin 1977)."""
    from sklearn.mixture import GaussianMixture

    count = min(count, len(np.unique(points, axis=0)))
    fitted: Any = GaussianMixture(count, reg_covar=1e-3, random_state=0).fit(points)
    return fitted.predict


def _dbscan(points: np.ndarray, _: int) -> Labels:
    """DBSCAN (Ester and others 1996); its radius is what nine in ten people reach their tenth neighbour within.

    Whoever is within the radius of no core point is in the last cluster: like nobody else.
    """
    from sklearn.cluster import DBSCAN
    from sklearn.neighbors import NearestNeighbors

    size = min(NEIGHBOURS, len(points))
    distances, _places = NearestNeighbors(n_neighbors=size).fit(points).kneighbors(points)
    radius = max(float(np.quantile(distances[:, -1], 0.9)), 1e-6)
    fitted: Any = DBSCAN(eps=radius, min_samples=size).fit(points)
    cores, labels = points[fitted.core_sample_indices_], fitted.labels_[fitted.core_sample_indices_]
    if not len(cores):
        return lambda values: np.zeros(len(values), dtype=np.int64)
    nearest = NearestNeighbors(n_neighbors=1).fit(cores)

    def label(values: np.ndarray) -> np.ndarray:
        away, place = nearest.kneighbors(values)
        return np.where(away[:, 0] <= radius, labels[place[:, 0]], labels.max() + 1)

    return label


ALGORITHMS: dict[str, Callable[[np.ndarray, int], Labels]] = {
    "k-means": _k_means,
    "gaussian mixture": _gaussian_mixture,
    "dbscan": _dbscan,
}


def described(means: np.ndarray) -> pd.DataFrame:
    """Return each label's segment_name, segment_name_zh and rule: the numbers in which it is farthest from all.

    Two of them, more where these do not tell labels apart, and a count where none do.
    """
    names = list(METRICS)
    far = [np.argsort(-np.abs(mean), kind="stable") for mean in means]
    words = [
        [METRICS[names[place]][0 if mean[place] > 0 else 1] for place in places]
        for mean, places in zip(means, far, strict=True)
    ]
    lengths = [2] * len(means)
    for length in range(3, len(names) + 1):
        shown = [tuple(row[:used]) for row, used in zip(words, lengths, strict=True)]
        lengths = [length if shown.count(one) > 1 else used for one, used in zip(shown, lengths, strict=True)]
    rows = [
        (
            ", ".join(english for english, _ in row[:length]),
            "、".join(chinese for _, chinese in row[:length]),
            "; ".join(f"{names[place]} {mean[place]:+.1f} standard deviations" for place in places[:length]),
        )
        for row, length, mean, places in zip(words, lengths, means, far, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["segment_name", "segment_name_zh", "rule"])
    twin = table.groupby("segment_name").cumcount()
    for name in ("segment_name", "segment_name_zh"):
        table[name] += np.where(twin > 0, " (" + (twin + 1).astype(str) + ")", "")
    return table.assign(rule=table["rule"] + " from the mean")


def matched(before: np.ndarray, now: np.ndarray, ids: list[int], count: int, next_id: int) -> list[int]:
    """Return the id of each label of now: that of the cluster of before with which it shares most people.

    before, now: labels of the same people by both clusterings; ids: of the labels of before. Each id is kept by at
    most one (Hungarian method, Kuhn 1955); what is new is numbered from next_id.
    """
    from scipy.optimize import linear_sum_assignment

    shared = np.zeros((len(ids), count))
    np.add.at(shared, (before, now), 1)
    kept = {
        new: ids[old]
        for old, new in zip(*linear_sum_assignment(-shared), strict=True)
        if shared[old, new] > 0
    }
    fresh = iter(range(next_id, next_id + count))
    return [kept[place] if place in kept else next(fresh) for place in range(count)]
