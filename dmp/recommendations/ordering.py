"""The best few items of each person, in an order that is the same on every run: by score, ties by item."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

_GROUP_SIZE = 16
CHANNEL_COLUMNS = ["user_key", "item_key", "channel_score", "channel_rank"]


def ranked(user_key: Any, item_key: Any, score: Any, quota: int) -> pd.DataFrame:
    """Return the `quota` best rows of each person: user_key, item_key, channel_score, channel_rank (from
    1).
    """
    score = np.asarray(score, dtype=np.float32)
    user_key, item_key = np.asarray(user_key, dtype=np.int64), np.asarray(item_key, dtype=np.int32)
    order = np.lexsort((item_key, -score, user_key))
    rank = position_in_group(user_key[order])
    kept = order[rank <= quota]
    columns = (user_key[kept], item_key[kept], score[kept], rank[rank <= quota].astype(np.int32))
    return pd.DataFrame(dict(zip(CHANNEL_COLUMNS, columns, strict=True)))


def position_in_group(keys: np.ndarray) -> np.ndarray:
    """Number the rows of each run of equal keys from 1."""
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.empty(0, dtype=np.int64)
    return np.arange(len(keys)) - np.repeat(starts, np.diff(np.r_[starts, len(keys)])) + 1


def among(values: np.ndarray, ascending: np.ndarray) -> np.ndarray:
    """Say which values are in an ascending array; numpy's isin sorts both, which takes five times as long here."""
    if not len(ascending):
        return np.zeros(len(values), dtype=bool)
    return ascending[np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)] == values


def best_of_matrix(user_keys: np.ndarray, scores: np.ndarray, quota: int) -> pd.DataFrame:
    """Return `ranked` rows of a dense float32 matrix people x items; only scores above 0 count."""
    least = np.maximum(_thresholds(scores, quota), np.finfo(np.float32).tiny)
    place = np.flatnonzero(scores >= least[:, None]) if quota else np.empty(0, dtype=np.int64)
    row, item_key = np.divmod(place, max(1, scores.shape[1]))
    return ranked(user_keys[row], item_key, scores.ravel()[place], quota)


def _thresholds(scores: np.ndarray, quota: int) -> np.ndarray:
    """Return per row a number that at least `quota` scores reach, and hardly more.

    The quota-th largest of the maxima of groups of items: elementwise maxima cost a pass over memory, where the
    selection among all items costs more than the product that made them.
    """
    groups = scores.shape[1] // _GROUP_SIZE
    if groups < 2 * quota:
        if scores.shape[1] <= quota:
            return np.zeros(len(scores), dtype=np.float32)
        return (
            np.partition(scores, -quota, axis=1)[:, -quota]
            if quota
            else np.zeros(len(scores), dtype=np.float32)
        )
    maxima = scores[:, : groups * _GROUP_SIZE].reshape(len(scores), _GROUP_SIZE, groups).max(axis=1)
    return np.partition(maxima, -quota, axis=1)[:, -quota]
