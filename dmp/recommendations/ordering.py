"""The best few items of each person, in an order that is the same on every run: by score, ties by item."""

from __future__ import annotations

import numpy as np
import pandas as pd

_GROUP_SIZE = 16
_HALF, _ALL_BITS = np.uint64(32), np.uint64(2**32 - 1)
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
    row, item_key, score, rank = best_places(scores, quota)
    columns = (user_keys[row].astype(np.int64), item_key, score, rank)
    return pd.DataFrame(dict(zip(CHANNEL_COLUMNS, columns, strict=True)))


def best_places(scores: np.ndarray, quota: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return row, item_key, score and rank (from 1) of the `quota` best items of each row, see `best_of_matrix`."""
    least = np.maximum(_thresholds(scores, quota), np.finfo(np.float32).tiny)
    cells = np.flatnonzero(scores >= least[:, None]) if quota else np.empty(0, dtype=np.int64)
    row, item_key = np.divmod(cells, max(1, scores.shape[1]))
    values, item_key = _sorted_rows(row, scores.ravel()[cells], item_key)
    rank = position_in_group(row)
    is_best = rank <= quota
    return row[is_best], item_key[is_best], values[is_best], rank[is_best].astype(np.int32)


def places_in_rows(values: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Rank the values above 0 of each row from 1, the largest first, the first of equal ones first; missing for the
    others. `row` ascends.
    """
    first = np.searchsorted(row, np.arange(row.max(initial=-1) + 1))
    above = np.flatnonzero(values > 0)
    own = row[above]
    _, place = _sorted_rows(own, values[above], above - first[own])
    ranks = np.full(len(values), np.nan, dtype=np.float32)
    ranks[first[own] + place] = position_in_group(own)
    return ranks


def _sorted_rows(row: np.ndarray, values: np.ndarray, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return values above 0 and their numbers, each row's with the largest first, ties by number; `row` ascends.

    The bits of positive floats are ordered as they are, and integers made of row, bits and number are sorted several
    times as fast as three columns. Rows x numbers, cells in memory, need less than the other 32 bits.
    """
    width = np.uint64(max(1, int(number.max(initial=0)).bit_length()))
    low_bits = (np.uint64(1) << width) - np.uint64(1)
    codes = row.astype(np.uint64) << (_HALF + width)
    codes |= (_ALL_BITS - values.view(np.uint32)) << width
    codes |= number.astype(np.uint64)
    codes.sort()
    bits = _ALL_BITS - (codes >> width & _ALL_BITS)
    return bits.astype(np.uint32).view(np.float32), (codes & low_bits).astype(np.int32)


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
