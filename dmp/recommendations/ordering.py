"""The best few items of each person, in an order that is the same on every run: by score, ties by item."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

# Scores of one block of people, as dense float32: 16 MB.
_BLOCK_CELLS = 4_000_000
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


def best_of_matrix(user_keys: np.ndarray, scores_of: Any, item_count: int, quota: int) -> pd.DataFrame:
    """Return `ranked` rows of a score matrix, read block by block: `scores_of(slice)` gives dense people x
    items.

    Only scores above 0 count. A score and its item are packed into one integer (the bits of a positive float
    keep its order), so that the selection has no ties.
    """
    quota = min(quota, item_count)
    block = max(1, _BLOCK_CELLS // max(1, item_count))
    parts = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))]
    for start in range(0, len(user_keys) if quota else 0, block):
        rows = slice(start, start + block)
        scores = np.maximum(np.asarray(scores_of(rows), dtype=np.float32), 0)
        packed = (scores.view(np.int32).astype(np.int64) << 32) | (item_count - np.arange(item_count))
        best = np.argpartition(packed, item_count - quota, axis=1)[:, item_count - quota :]
        values = np.take_along_axis(scores, best, axis=1)
        people = np.repeat(user_keys[rows], quota).reshape(best.shape)
        parts.append((people[values > 0], best[values > 0], values[values > 0]))
    user_key, item_key, score = (np.concatenate(column) for column in zip(*parts, strict=True))
    return ranked(user_key, item_key, score, quota)
