"""The smallest thing a person could do today that would move their score into another band; nothing is learned here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.champions import Champion

WINDOWS = ("1d", "7d", "30d", "90d", "life")
COLUMNS = ["user_key", "target", "action", "score", "score_after", "band_after"]


def visit(metrics: pd.DataFrame) -> pd.DataFrame:
    """Look at one item today."""
    return _done(metrics, {"view_count": 1.0})


def cart(metrics: pd.DataFrame) -> pd.DataFrame:
    """Look at one item and put it into the cart today."""
    return _done(metrics, {"view_count": 1.0, "cart_count": 1.0})


def order(metrics: pd.DataFrame) -> pd.DataFrame:
    """Order one item today, at the person's usual amount, or at everybody's where they never ordered."""
    none = pd.Series(0.0, metrics.index)
    amounts = metrics.get("average_order_amount_life", none).astype("float64")
    pause = metrics["purchase_recency_days"]
    counts = {
        "view_count": 1.0,
        "cart_count": 1.0,
        "order_count": 1.0,
        "purchase_quantity": 1.0,
        "purchase_amount": amounts.fillna(amounts.mean()).fillna(0.0),
        "purchase_day_count": (pause.isna() | (pause > 0)).astype("float64"),
    }
    changed: dict[str, Any] = {
        "purchase_recency_days": 0.0,
        "purchase_overdue_ratio": 0.0,
        "purchase_gap_last_days": pause,
        "first_purchase_days": metrics.get("first_purchase_days", none).fillna(0.0),
    }
    return _done(metrics, counts).assign(
        **{name: value for name, value in changed.items() if name in metrics}
    )


# From the smallest on.
ACTIONS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {"visit": visit, "cart": cart, "order": order}


def smallest_changes(
    model: Champion, people: pd.DataFrame, scores: pd.DataFrame, is_absence: bool
) -> pd.DataFrame:
    """Return COLUMNS: per person of `people` the first of ACTIONS that moves them into a better band, if any does.

    `scores`: score and score_band of everybody scored now, which set the bands' edges. Better is higher, and lower
    where the target is an absence (churn). A person whom no action moves has no row.
    """
    waiting = people.sort_values("user_key", ignore_index=True)
    if waiting.empty:
        return pd.DataFrame(columns=COLUMNS)
    edges = scores.dropna(subset="score").groupby("score_band")["score"].min().sort_index()
    bands, lowest = edges.index.to_numpy(), edges.to_numpy()
    before = model.blend.predict(waiting)
    found: list[pd.DataFrame] = []
    for name, act in ACTIONS.items():
        after = model.blend.predict(act(waiting))
        old, new = _place(before, lowest), _place(after, lowest)
        moved = new > old if is_absence else new < old
        reached = {"score": before[moved], "score_after": after[moved], "band_after": bands[new[moved]]}
        found.append(waiting.loc[moved, ["user_key"]].assign(target=model.target, action=name, **reached))
        waiting, before = waiting[~moved].reset_index(drop=True), before[~moved]
    return pd.concat(found, ignore_index=True).sort_values("user_key", ignore_index=True)


def _place(scores: np.ndarray, lowest: np.ndarray) -> np.ndarray:
    """Position of each score's band, 0 the highest; `lowest` falls from band to band."""
    return np.minimum((scores[:, None] < lowest[None, :]).sum(axis=1), len(lowest) - 1)


def _done(metrics: pd.DataFrame, counts: dict[str, Any]) -> pd.DataFrame:
    """Metrics after doing so much today: every window that holds today grows, the last activity is today."""
    is_new_day = (metrics["recency_days"] > 0).astype("float64")
    grown = {**counts, "event_count": 1.0, "active_day_count": is_new_day}
    changed: dict[str, Any] = {
        f"{measure}_{window}": metrics[f"{measure}_{window}"].astype("float64") + more
        for measure, more in grown.items()
        for window in WINDOWS
        if f"{measure}_{window}" in metrics
    }
    return metrics.assign(**changed, recency_days=0.0)
