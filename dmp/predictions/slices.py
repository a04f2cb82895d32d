"""How good scores are among parts of the people, so that a good mean hides nobody; nothing is fitted here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.metrics import evaluate, evaluate_amounts

SMALLEST_SLICE = 30
SLICES = {
    "all": lambda rows: np.ones(len(rows), dtype=bool),
    "new": lambda rows: _at_most(rows, "tenure_days", 30),
    "known for longer": lambda rows: ~_at_most(rows, "tenure_days", 30),
    "never bought": lambda rows: _at_most(rows, "order_count_life", 0),
    "bought once": lambda rows: (
        _at_most(rows, "order_count_life", 1) & ~_at_most(rows, "order_count_life", 0)
    ),
    "bought more": lambda rows: ~_at_most(rows, "order_count_life", 1),
    "little known": lambda rows: _at_most(rows, "active_day_count_life", 3),
}


def evaluate_slices(rows: pd.DataFrame, answers: np.ndarray, answer: str) -> list[dict[str, Any]]:
    """Return slice, metric, value, person_count for every slice with both kinds of label and at least 30 people.

    A slice is a rule over metrics; rows that belong to a channel are also told by it (`channel ...`).
    """
    labels = rows["label"].to_numpy(dtype="float64")
    kept = {name: rule(rows) for name, rule in SLICES.items()}
    if "first_channel" in rows:
        channels = rows["first_channel"].astype("str")
        kept |= {
            f"channel {name}": (channels == name).to_numpy() for name in sorted(channels.dropna().unique())
        }
    measure = evaluate if answer == "chance" else evaluate_amounts
    return [
        {"slice": name, "metric": metric, "value": value, "person_count": int(inside.sum())}
        for name, inside in kept.items()
        if inside.sum() >= SMALLEST_SLICE and len(set(labels[inside] > 0)) == 2
        for metric, value in measure(labels[inside], answers[inside]).items()
    ]


def _at_most(rows: pd.DataFrame, column: str, limit: float) -> np.ndarray:
    """Where the metric is known and within the limit; nobody where rows lack the metric."""
    if column not in rows:
        return np.zeros(len(rows), dtype=bool)
    return (rows[column].fillna(0) <= limit).to_numpy()
