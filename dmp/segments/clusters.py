"""Clusters of people over a few metrics: fitted at the weekly cut, applied to the served day, named in
words.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

# What sets people apart in a shop, and how a cluster that has much or little of it is called. Each
# metric is looked at as log(1 + value), so that the largest spenders do not make clusters of their own.
METRICS = {
    "purchase_amount_life": ("high spend", "low spend"),
    "order_count_life": ("many orders", "few orders"),
    "purchase_recency_days": ("purchase long ago", "recent purchase"),
    "recency_days": ("long unseen", "recently seen"),
    "active_day_count_90d": ("often here lately", "seldom here lately"),
    "view_count_90d": ("much looking", "little looking"),
    "tenure_days": ("long known", "newly known"),
}
CLUSTERS = 6
# A cluster of fewer people than this on average says more about them than about a kind of people.
_PEOPLE_PER_CLUSTER = 25
# Stands for "never bought": longer ago than any purchase, ten years.
_NEVER_DAYS = 3650

SEGMENTS = {"segment_id": "str", "segment_name": "str", "rule": "str", "person_count": "int64"}
USER_SEGMENTS = {
    "as_of_date": "object", "user_key": "int64", "segment_id": "str", "segment_name": "str", "reason": "str",
}  # fmt: skip


def cluster_tables(history: pd.DataFrame, metrics: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return `segments` (one row per segment_id) and `user_segments` (one row per user_key).

    `history`: user_metrics_history rows of the last Sunday cut alone; `metrics`: the served user_metrics.
    Segments are numbered from 1 by rising mean life purchase amount. Both
    tables are empty, with their columns, where fewer than two clusters' worth of people are known.
    """
    names = [name for name in METRICS if name in history and name in metrics]
    count = min(CLUSTERS, len(history) // _PEOPLE_PER_CLUSTER)
    if count < 2 or not names or metrics.empty:
        return {"segments": _empty(SEGMENTS), "user_segments": _empty(USER_SEGMENTS)}
    history, metrics = (rows.sort_values("user_key", ignore_index=True) for rows in (history, metrics))
    logs = log_metrics(history, names)
    mean, spread = logs.mean(axis=0), np.where(logs.std(axis=0) > 0, logs.std(axis=0), 1)
    centres = ordered_centres((logs - mean) / spread, _spend(history), count)
    served = (log_metrics(metrics, names) - mean) / spread
    segment = nearest(served, centres)
    described = describe(centres, names, segment)
    return {"segments": described, "user_segments": placed(metrics, segment, described)}


def log_metrics(rows: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Return people x metrics: log(1 + value); no purchase is a purchase ten years ago, other gaps are
    nothing.
    """
    filled = rows[names].astype("float64")
    filled = filled.fillna({name: _NEVER_DAYS for name in names if name == "purchase_recency_days"}).fillna(0)
    return np.log1p(filled.clip(lower=0).to_numpy())


def ordered_centres(points: np.ndarray, spend: np.ndarray, count: int) -> np.ndarray:
    """Return the k-means centres of `points` (k-means++, Arthur and Vassilvitskii 2007), poorest cluster
    first.
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    # One thread, and coordinates rounded: the same sums in another order must not move anybody.
    with threadpool_limits(1):
        fitted: Any = KMeans(min(count, len(np.unique(points, axis=0))), n_init=5, random_state=0).fit(points)
    centres = np.round(fitted.cluster_centers_, 6)
    means = [spend[fitted.labels_ == place].mean() for place in range(len(centres))]
    return centres[np.lexsort((*centres.T, means))]


def nearest(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the row of the nearest centre for each point; the first of equally near ones."""
    return ((points[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)


def describe(centres: np.ndarray, names: list[str], segment: np.ndarray) -> pd.DataFrame:
    """Return `segments`: each named after the two metrics in which its centre lies farthest from the mean."""
    rows = []
    for place, centre in enumerate(centres):
        farthest = np.argsort(-np.abs(centre), kind="stable")[:2]
        words = [METRICS[names[metric]][0 if centre[metric] > 0 else 1] for metric in farthest]
        numbers = [f"{names[metric]} {centre[metric]:+.1f} standard deviations" for metric in farthest]
        rows.append(
            (
                f"cluster_{place + 1}",
                ", ".join(words),
                "; ".join(numbers) + " from the mean",
                int((segment == place).sum()),
            )
        )
    table = pd.DataFrame(rows, columns=list(SEGMENTS))
    twin = table.groupby("segment_name").cumcount()
    table["segment_name"] += np.where(twin > 0, " (" + (twin + 1).astype(str) + ")", "")
    return table.astype(SEGMENTS)


def placed(metrics: pd.DataFrame, segment: np.ndarray, described: pd.DataFrame) -> pd.DataFrame:
    """Return `user_segments`: each person with their segment and what sets it apart."""
    rows = metrics[["as_of_date", "user_key"]].copy()
    own = described.iloc[segment].reset_index(drop=True)
    rows["segment_id"], rows["segment_name"] = own["segment_id"], own["segment_name"]
    rows["reason"] = "nearest of " + str(len(described)) + " clusters: " + own["rule"]
    return rows[list(USER_SEGMENTS)].astype(USER_SEGMENTS)


def _spend(rows: pd.DataFrame) -> np.ndarray:
    if "purchase_amount_life" not in rows:
        return np.zeros(len(rows))
    return rows["purchase_amount_life"].astype("float64").fillna(0).to_numpy()


def _empty(columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns)).astype(columns)
