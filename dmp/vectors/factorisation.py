"""Vectors of items and people from a truncated factorisation of who did what with which item.

Belongs here: the basis (fitted on facts as known on the last Sunday) and the projection of people on it. Does
not: what is recommended or clustered from the vectors.
"""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import duckdb
import numpy as np
import pandas as pd

DIMENSIONS = 64
# Half-life in days of an action's weight, and what an action weighs against a purchase.
HALF_LIFE = 90
_WEIGHTS = {"purchase_count": 10, "cart_count": 3, "favourite_count": 3, "click_count": 1, "view_count": 1}
# Below this many people or items there is no structure to find.
_SMALLEST_MATRIX = 10

ITEM_COLUMNS = ["item_id", "basis", "vector"]
USER_COLUMNS = ["user_key", "basis", "vector"]

# Sums of integers (2^-30 of the weight of one purchase line), exact in any order.
_INTERACTIONS = f"""
SELECT
    user_key,
    item_id,
    sum(points * CAST(power(0.5, ($cut - event_date) / $half_life) * 1073741824 AS BIGINT)) / 1073741824
        AS points
FROM (
    SELECT *, {" + ".join(f"{weight} * least({name}, 5)" for name, weight in _WEIGHTS.items())} AS points
    FROM profiles.user_item_activity
)
WHERE landed_date <= $cut AND known_from <= $cut AND $cut < known_to AND event_date <= $cut AND points > 0
GROUP BY user_key, item_id
ORDER BY user_key, item_id
"""  # noqa: S608 - the names are those of the dictionary above


def last_sunday(as_of_date: date) -> date:
    """Return the last Sunday that is not after `as_of_date`."""
    return as_of_date - timedelta(days=(as_of_date.weekday() + 1) % 7)


def interactions(connection: duckdb.DuckDBPyConnection, cut: date) -> pd.DataFrame:
    """Return user_key, item_id, points (decayed; 10 = one purchase today) as known on `cut`, sorted by the
    keys.
    """
    return connection.execute(_INTERACTIONS, {"cut": cut, "half_life": HALF_LIFE}).df()


def vectors_as_of(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> dict[str, pd.DataFrame]:
    """Return `item_vectors` and `user_vectors` of a day.

    The basis is fitted on what was known on the last Sunday (on the day itself where nothing was known by
    then); people are placed on it by what is known on `as_of_date`.
    """
    from threadpoolctl import threadpool_limits

    current = interactions(connection, as_of_date)
    weekly = interactions(connection, last_sunday(as_of_date))
    # One thread: sums in another order would be other bytes, and the matrices are too small to gain from
    # more.
    with threadpool_limits(1):
        items = item_vectors(current if weekly.empty else weekly)
        return {"item_vectors": items, "user_vectors": user_vectors(current, items)}


def item_vectors(points: pd.DataFrame) -> pd.DataFrame:
    """Fit the basis: item_id, basis, vector (list of float); empty where people or items are too few.

    PureSVD after Cremonesi, Koren and Turrin (2010), section 3.3. `points`: user_key, item_id, points, each
    pair once.
    """
    points = points.sort_values(["user_key", "item_id"], ignore_index=True)
    users, items = np.unique(points["user_key"]), np.sort(points["item_id"].unique())
    dimensions = min(DIMENSIONS, len(users) - 1, len(items) - 1)
    if min(len(users), len(items)) < _SMALLEST_MATRIX:
        return pd.DataFrame({"item_id": pd.Series(dtype=str), "basis": pd.Series(dtype=str), "vector": []})
    matrix = _matrix(points, users, items)
    components = _right_singular_vectors(matrix, dimensions)
    basis = basis_id(points)
    return pd.DataFrame(
        {"item_id": items, "basis": basis, "vector": list(np.round(components.T, 6).astype(np.float32))}
    )


def user_vectors(points: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Place people on a basis by their points (fold-in): user_key, basis, vector, one row per person.

    The inner product of a person's and an item's vector is the person's affinity to the item.
    """
    points = points[points["item_id"].isin(items["item_id"])].sort_values(["user_key", "item_id"])
    if points.empty:
        return pd.DataFrame(
            {"user_key": pd.Series(dtype="int64"), "basis": pd.Series(dtype=str), "vector": []}
        )
    users, item_ids = np.unique(points["user_key"]), items["item_id"].to_numpy()
    order = np.argsort(item_ids)
    matrix = _matrix(points, users, item_ids[order])
    placed = matrix @ np.stack(items["vector"].to_list())[order]
    vectors = list(np.round(placed, 6).astype(np.float32))
    return pd.DataFrame({"user_key": users, "basis": items["basis"].iloc[0], "vector": vectors})


def basis_id(points: pd.DataFrame) -> str:
    """Name a basis by its inputs and parameters."""
    content = pd.util.hash_pandas_object(points[["user_key", "item_id", "points"]], index=False).to_numpy()
    parameters = repr((DIMENSIONS, HALF_LIFE, _WEIGHTS)).encode()
    return sha256(parameters + content.tobytes()).hexdigest()[:16]


def _matrix(points: pd.DataFrame, users: np.ndarray, items: np.ndarray) -> Any:
    from scipy.sparse import csr_matrix

    places = np.searchsorted(users, points["user_key"]), np.searchsorted(items, points["item_id"].to_numpy())
    weights = np.log1p(points["points"].to_numpy(dtype=np.float64))
    return csr_matrix((weights, places), shape=(len(users), len(items)))


def _right_singular_vectors(matrix: Any, dimensions: int) -> np.ndarray:
    """Return dimensions x items, each row's largest entry positive: a factorisation is unique only up to
    signs.
    """
    from sklearn.utils.extmath import randomized_svd

    _, _, rows = randomized_svd(matrix, n_components=dimensions, n_iter=4, random_state=0, flip_sign=False)
    largest = np.abs(rows).argmax(axis=1)
    return rows * np.sign(rows[np.arange(len(rows)), largest])[:, None]
