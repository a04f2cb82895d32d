"""Merge what the channels propose into one row per (person, item)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.ordering import best_of_matrix, position_in_group
from dmp.recommendations.recipe import Channel, candidate_limit

# Scores of one channel for one block of people, as dense float32: 4 MB.
_BLOCK_CELLS = 1_000_000
_FUSION_CONSTANT = 60


def recall_candidates(context: Context, people: pd.DataFrame, channels: Sequence[Channel]) -> pd.DataFrame:
    """Return user_key, item_key (sorted, each pair once), `<channel>_score` and `_place` (among the person's
    candidates, from 1) of every channel that scores the pair, and `<channel>_rank` of those that propose it.

    A channel proposes its best items up to its quota, ranked from 1; one for discovery only those that the person
    never touched. Of what a person never touched at most `candidate_limit` stay: those that the channels rank best.
    """
    from threadpoolctl import threadpool_limits

    user_keys = people["user_key"].to_numpy()
    size = max(1, _BLOCK_CELLS // max(1, len(context.items)))
    parts = [user_keys[start : start + size] for start in range(0, max(1, len(user_keys)), size)]
    # numpy and scipy let other threads work meanwhile; blocks do not touch each other. The limit on threads of a matrix
    # product holds for the whole process: set by each block it would be lifted while another still counts on it.
    with threadpool_limits(1), ThreadPoolExecutor(context.threads) as threads:
        return pd.concat(threads.map(lambda keys: _block(context, keys, channels), parts), ignore_index=True)


def proposals(
    context: Context, user_keys: np.ndarray, channel: Channel, quota: int | None = None
) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the scores of a channel for some people, people x items, and its proposals, see `best_of_matrix`."""
    scores = channel.scores(context, user_keys)
    scores = np.where(context.items["is_known"].to_numpy(), scores, 0).astype(np.float32, copy=False)
    offered = np.where(context.touched(user_keys), 0, scores) if channel.is_discovery else scores
    return scores, best_of_matrix(user_keys, offered, channel.quota if quota is None else quota)


def _block(context: Context, user_keys: np.ndarray, channels: Sequence[Channel]) -> pd.DataFrame:
    item_count = len(context.items)
    scored = {channel.name: proposals(context, user_keys, channel) for channel in channels}
    shape = (len(user_keys), item_count)
    ranks = {}
    for name, (_, proposed) in scored.items():
        ranks[name] = np.full(shape, np.nan, dtype=np.float32)
        row = np.searchsorted(user_keys, proposed["user_key"].to_numpy())
        ranks[name][row, proposed["item_key"].to_numpy()] = proposed["channel_rank"].to_numpy()
    row, item_key = np.nonzero(_kept(ranks.values(), context.touched(user_keys)))
    columns: dict[str, np.ndarray] = {"user_key": user_keys[row], "item_key": item_key.astype(np.int32)}
    place = position_in_group(row) - 1
    for name, (scores, _) in scored.items():
        values = scores[row, item_key]
        columns[f"{name}_score"] = np.where(values > 0, values, np.float32(np.nan))
        columns[f"{name}_place"] = np.where(values > 0, _places(values, row, place), np.float32(np.nan))
        columns[f"{name}_rank"] = ranks[name][row, item_key]
    return pd.DataFrame(columns)


def _places(values: np.ndarray, row: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Rank the values of each row from 1, the largest first, ties in the order of items; `place`: columns from 0."""
    board = np.full((row.max(initial=-1) + 1, place.max(initial=-1) + 1), -np.inf, dtype=np.float32)
    board[row, place] = values
    order = np.argsort(-board, axis=1, kind="stable")
    rank = np.empty(board.shape, dtype=np.float32)
    np.put_along_axis(rank, order, np.arange(1, board.shape[1] + 1, dtype=np.float32)[None], axis=1)
    return rank[row, place]


def _kept(ranks: Iterable[np.ndarray], touched: np.ndarray) -> np.ndarray:
    """Say which pairs stay: all proposed ones that were touched, and the best others by fused rank."""
    fused = np.zeros(touched.shape, dtype=np.float32)
    for rank in ranks:
        fused += np.nan_to_num(1 / (_FUSION_CONSTANT + rank), nan=0)
    proposed, limit = fused > 0, candidate_limit(touched.shape[1])
    if touched.shape[1] > limit:
        untouched = np.where(touched, 0, fused)
        best = best_of_matrix(np.arange(len(fused)), untouched, limit)
        is_best = np.zeros(touched.shape, dtype=bool)
        is_best[best["user_key"].to_numpy(), best["item_key"].to_numpy()] = True
        proposed &= touched | is_best
    return proposed
