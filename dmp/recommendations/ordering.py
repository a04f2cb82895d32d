"""The best few items of each person, in an order that is the same on every run: by score, ties by item."""

from __future__ import annotations

import numpy as np
import pandas as pd

_GROUP_SIZE = 16
_HALF, _ALL_BITS = np.uint64(32), np.uint64(2**32 - 1)
_NOTHING = np.iinfo(np.uint64).max
CHANNEL_COLUMNS = ["user_key", "item_key", "channel_score", "channel_rank"]


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
    """Return the `quota` best items of each row of a dense float32 matrix people x items: user_key, item_key,
    channel_score, channel_rank (from 1).

    Only scores above 0 count. `user_keys` ascend, one for each row.
    """
    least = np.maximum(_thresholds(scores, quota), np.finfo(np.float32).tiny)
    place = np.flatnonzero(scores >= least[:, None]) if quota else np.empty(0, dtype=np.int64)
    row, item_key = np.divmod(place, max(1, scores.shape[1]))
    codes = _first_codes(row, _codes(scores.ravel()[place], item_key), len(user_keys), quota)
    row, rank = np.nonzero(codes < _NOTHING)
    score, item_key = _decoded(codes[row, rank])
    columns = (user_keys[row].astype(np.int64), item_key, score, (rank + 1).astype(np.int32))
    return pd.DataFrame(dict(zip(CHANNEL_COLUMNS, columns, strict=True)))


def _codes(scores: np.ndarray, item_keys: np.ndarray) -> np.ndarray:
    """Return one integer per score above 0 and item: the smaller, the larger the score, ties by item.

    The bits of positive floats are ordered as they are, and a row of integers is sorted several times as fast as rows
    by three columns.
    """
    bits = scores.view(np.uint32).astype(np.uint64)
    return (_ALL_BITS - bits) << _HALF | item_keys.astype(np.uint64)


def _decoded(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores and items of `_codes`."""
    scores = (_ALL_BITS - (codes >> _HALF)).astype(np.uint32).view(np.float32)
    return scores, (codes & _ALL_BITS).astype(np.int32)


def _first_codes(row: np.ndarray, codes: np.ndarray, row_count: int, quota: int) -> np.ndarray:
    """Return rows x up to `quota` of the smallest codes of each row, ascending, _NOTHING behind them; `row` ascends."""
    position = position_in_group(row) - 1
    board = np.full((row_count, position.max(initial=-1) + 1), _NOTHING)
    board[row, position] = codes
    board.sort(axis=1)
    return board[:, :quota]


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
