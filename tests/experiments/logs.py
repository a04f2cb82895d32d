"""Logs drawn from a known truth: contexts, items, a policy that knows its chances, and clicks."""

from __future__ import annotations

import numpy as np
import pandas as pd

ITEMS = ["a", "b", "c", "d", "e"]
PLACES = {"placement": "page", "position": 1}
# Chance of a click by kind of person and item: the two kinds want different things.
CHANCE = np.array([[0.30, 0.15, 0.08, 0.05, 0.02], [0.03, 0.06, 0.10, 0.20, 0.25]])
LOGGED = np.array([0.4, 0.25, 0.15, 0.1, 0.1])
TARGET = np.array([0.05, 0.1, 0.25, 0.3, 0.3])
TRUTH = float((CHANCE.mean(axis=0) * TARGET).sum())
CONTEXT = "context kind"


def drawn_log(seed: int, count: int = 2_000, logged: np.ndarray = LOGGED) -> pd.DataFrame:
    """A log of `count` impressions, two in a list."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 2, count)
    item = rng.choice(len(ITEMS), count, p=logged)
    return pd.DataFrame(
        {
            **PLACES,
            "item_id": np.array(ITEMS)[item],
            "propensity": logged[item],
            "outcome": (rng.random(count) < CHANCE[kind, item]).astype(float),
            "cluster": np.arange(count) // 2,
            CONTEXT: np.array(["one", "other"])[kind],
        }
    )


def policy(chances: np.ndarray) -> pd.DataFrame:
    """A policy that picks each item with a chance, whoever looks."""
    return pd.DataFrame({**PLACES, "item_id": ITEMS[: len(chances)], "probability": chances})
