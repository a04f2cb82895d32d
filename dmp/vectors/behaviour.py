"""What people did with items, as known on a cut: all that a representation may learn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from dmp.vectors.item_order import latest_acts

# Half-life in days of an action's weight, and what an action weighs against a purchase.
HALF_LIFE = 90
_WEIGHTS = {"purchase_count": 10, "cart_count": 3, "favourite_count": 3, "click_count": 1, "view_count": 1}
PARAMETERS = (HALF_LIFE, _WEIGHTS)

_KNOWN = f"""
FROM (
    SELECT *, {" + ".join(f"{weight} * least({name}, 5)" for name, weight in _WEIGHTS.items())} AS points
    FROM profiles.user_item_activity
)
WHERE landed_date <= $cut AND known_from <= $cut AND $cut < known_to AND event_date <= $cut AND points > 0
"""  # noqa: S608 - the names are those of the dictionary above
# Sums of integers (2^-30 of the weight of one purchase line), exact in any order.
_POINTS = f"""
SELECT
    user_key,
    item_id,
    sum(points * CAST(power(0.5, ($cut - event_date) / $half_life) * 1073741824 AS BIGINT)) / 1073741824
        AS points
{_KNOWN} GROUP BY user_key, item_id ORDER BY user_key, item_id
"""
_DAYS = f"SELECT DISTINCT user_key, event_date, item_id {_KNOWN} ORDER BY ALL"
_ATTRIBUTES = "SELECT item_id, category, brand FROM profiles.item_profiles ORDER BY item_id"


@dataclass(frozen=True)
class Behaviour:
    """`points`: user_key, item_id, points (decayed; 10 = one purchase today), each pair once.

    `days`: user_key, event_date, item_id, each once; `attributes`: item_id, category, brand (either may be missing),
    as they are today. The last two are read only for a representation that asks for them.
    """

    points: pd.DataFrame
    days: pd.DataFrame | None = None
    attributes: pd.DataFrame | None = None

    @cached_property
    def users(self) -> np.ndarray:
        """Sorted keys of people: the rows of `matrix`."""
        return np.unique(self.points["user_key"])

    @cached_property
    def items(self) -> np.ndarray:
        """Sorted ids of items: the columns of `matrix`, and the rows of every basis."""
        return np.sort(self.points["item_id"].unique()).astype(object)

    @cached_property
    def matrix(self) -> Any:
        """Sparse people x items with log(1 + points)."""
        return self.known(self.items)

    def known(self, items: np.ndarray, by: str = "points") -> Any:
        """Return what is known of people about `items` (sorted), a row per person of `users`; other items are left out.

        By `points`: sparse people x items with log(1 + points); by `days`: their acts in order (`latest_acts`).
        """
        if by == "points":
            return weights(self.points[self.points["item_id"].isin(items)], self.users, items)
        if self.days is None:
            raise ValueError("days were not read")
        return latest_acts(self.days, self.users, items)


def behaviour_as_known(
    connection: duckdb.DuckDBPyConnection, cut: date, reads: tuple[str, ...] = ()
) -> Behaviour:
    """Read what was known on `cut`; `reads` names what is wanted beside the points: days, attributes."""
    points = connection.execute(_POINTS, {"cut": cut, "half_life": HALF_LIFE}).df()
    days = connection.execute(_DAYS, {"cut": cut}).df() if "days" in reads else None
    return Behaviour(points, days, connection.execute(_ATTRIBUTES).df() if "attributes" in reads else None)


def weights(points: pd.DataFrame, users: np.ndarray, items: np.ndarray) -> Any:
    """Return sparse users x items with log(1 + points); every person and item of `points` must be there."""
    from scipy.sparse import csr_matrix

    points = points.sort_values(["user_key", "item_id"])
    places = (
        np.searchsorted(users, points["user_key"]),
        np.searchsorted(items, points["item_id"].to_numpy(object)),
    )
    values = np.log1p(points["points"].to_numpy(dtype=np.float64))
    return csr_matrix((values, places), shape=(len(users), len(items)))
