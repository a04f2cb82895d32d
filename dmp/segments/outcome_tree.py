"""Segments by what people did next: a shallow tree whose leaves are rules, each with its rate on a later cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

DEPTH = 3
# A leaf of less than a twentieth of the people is an anecdote.
SMALLEST_SHARE = 0.05


@dataclass(frozen=True)
class Leaf:
    """One group: bounds by field (more than, at most), how many were in it, and how many of them did it.

    `support` and `rate` are of the people that the tree was grown on, `later_support` and `later_rate` of a later cut.
    """

    bounds: dict[str, tuple[float | None, float | None]]
    support: int
    rate: float
    later_support: int
    later_rate: float

    @property
    def who(self) -> dict[str, Any]:
        """The leaf as the condition of a rule's file."""
        conditions: list[dict[str, Any]] = []
        for field, (low, high) in self.bounds.items():
            conditions += [{"field": field, "more_than": low}] if low is not None else []
            conditions += [{"field": field, "at_most": high}] if high is not None else []
        return {"all": conditions}


def grow(metrics: pd.DataFrame, did: np.ndarray, later: pd.DataFrame, later_did: np.ndarray) -> list[Leaf]:
    """Return the leaves of a tree (CART, Breiman and others 1984), those with the highest later rate first.

    metrics, later: numbers without gaps of people at two cuts, same columns; did, later_did: whether they did it in
    the time after. The later people have no part in growing the tree. Nobody, or no difference, gives one leaf.
    """
    from sklearn.tree import DecisionTreeClassifier

    grown: Any = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=SMALLEST_SHARE, random_state=0)
    grown.fit(metrics.to_numpy(dtype="float64"), did)
    here, there = (grown.apply(rows.to_numpy(dtype="float64")) for rows in (metrics, later))
    leaves = [
        Leaf(
            bounds,
            int((here == node).sum()),
            float(did[here == node].mean()),
            int((there == node).sum()),
            float(later_did[there == node].mean()) if (there == node).any() else 0.0,
        )
        for node, bounds in _bounds(grown.tree_, list(metrics.columns)).items()
    ]
    return sorted(leaves, key=lambda leaf: (-leaf.later_rate, -leaf.later_support, str(leaf.bounds)))


def _bounds(tree: Any, names: list[str]) -> dict[int, dict[str, tuple[float | None, float | None]]]:
    """Return the bounds of each leaf's fields, by node."""
    found: dict[int, dict[str, tuple[float | None, float | None]]] = {}
    waiting: list[tuple[int, dict[str, tuple[float | None, float | None]]]] = [(0, {})]
    while waiting:
        node, bounds = waiting.pop()
        if tree.children_left[node] == tree.children_right[node]:
            found[node] = bounds
            continue
        name, cut = names[tree.feature[node]], round(float(tree.threshold[node]), 6)
        low, high = bounds.get(name, (None, None))
        waiting.append((tree.children_left[node], {**bounds, name: (low, cut)}))
        waiting.append((tree.children_right[node], {**bounds, name: (cut, high)}))
    return found
