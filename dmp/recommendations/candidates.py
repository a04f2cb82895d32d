"""Merge what the channels propose into one row per (person, item)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.ordering import best_of_matrix, best_places, places_in_rows
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
        # What each channel learns from all people is made first, side by side: blocks would wait for one another.
        list(threads.map(lambda channel: channel.scores(context, user_keys[:1]), channels))
        return pd.concat(threads.map(lambda keys: _block(context, keys, channels), parts), ignore_index=True)


def proposals(
    context: Context, user_keys: np.ndarray, channel: Channel, quota: int | None = None
) -> pd.DataFrame:
    """Return what a channel proposes to some people, see `best_of_matrix`."""
    touched = np.flatnonzero(context.touched(user_keys))
    offered = _offered(channel, _scores(context, user_keys, channel), touched)
    return best_of_matrix(user_keys, offered, channel.quota if quota is None else quota)


def _scores(context: Context, user_keys: np.ndarray, channel: Channel) -> np.ndarray:
    """Return people x items, 0 for items that did not exist on the cut."""
    scores = np.ascontiguousarray(channel.scores(context, user_keys), dtype=np.float32)
    is_known = context.items["is_known"].to_numpy()
    return scores if is_known.all() else np.where(is_known, scores, np.float32(0))


def _offered(channel: Channel, scores: np.ndarray, touched: np.ndarray) -> np.ndarray:
    """Return what a channel may propose; `touched`: cells of people x items."""
    if not channel.is_discovery:
        return scores
    offered = scores.copy()
    offered.ravel()[touched] = 0
    return offered


def _block(context: Context, user_keys: np.ndarray, channels: Sequence[Channel]) -> pd.DataFrame:
    item_count = len(context.items)
    touched = np.flatnonzero(context.touched(user_keys))
    scored, proposed = {}, {}
    for channel in channels:
        scores = scored[channel.name] = _scores(context, user_keys, channel)
        row, item_key, _, rank = best_places(_offered(channel, scores, touched), channel.quota)
        proposed[channel.name] = (row * item_count + item_key, rank.astype(np.float32))
    cells = _kept(proposed.values(), touched, (len(user_keys), item_count))
    row, item_key = np.divmod(cells, max(1, item_count))
    # Where a cell of people x items stands among the candidates: one look instead of a search for each channel.
    number = np.full(len(user_keys) * item_count, -1, dtype=np.int32)
    number[cells] = np.arange(len(cells), dtype=np.int32)
    columns: dict[str, np.ndarray] = {"user_key": user_keys[row], "item_key": item_key.astype(np.int32)}
    for name, scores in scored.items():
        values = scores.ravel()[cells]
        columns[f"{name}_score"] = np.where(values > 0, values, np.float32(np.nan))
        columns[f"{name}_place"] = places_in_rows(values, row)
        columns[f"{name}_rank"] = _numbered(number, len(cells), *proposed[name])
    return pd.DataFrame(columns)


def _numbered(number: np.ndarray, count: int, cells: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """Return the rank of each candidate that is among the proposed cells; missing for the others."""
    ranks = np.full(count, np.nan, dtype=np.float32)
    numbers = number[cells]
    ranks[numbers[numbers >= 0]] = rank[numbers >= 0]
    return ranks


def _kept(
    proposed: Iterable[tuple[np.ndarray, np.ndarray]], touched: np.ndarray, shape: tuple[int, int]
) -> np.ndarray:
    """Return the cells that stay: all proposed ones that were touched, and the best others by fused rank.

    `proposed`: per channel the cells of people x items and their ranks; cells are numbers, ascending.
    """
    fused = np.zeros(shape[0] * shape[1], dtype=np.float32)
    for cells, rank in proposed:
        fused[cells] += 1 / (_FUSION_CONSTANT + rank)
    kept = touched[fused[touched] > 0]
    fused[touched] = 0
    row, item_key, _, _ = best_places(fused.reshape(shape), candidate_limit(shape[1]))
    return np.sort(np.concatenate((kept, row * shape[1] + item_key)))
