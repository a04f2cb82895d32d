"""Lists by several aims and under limits: what the owner's order makes of the order by score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.greedy_lists import Board, Likeness, Limit, filled_lists
from dmp.recommendations.groups import group_codes
from dmp.recommendations.recall.factorisation import vector_matrices

_FRESHNESS_HALF_LIFE_DAYS = 30
# Boards of so many people with their vectors stay within some 30 MB.
_PEOPLE_AT_ONCE = 200


def reranked(context: Context, ranked: pd.DataFrame, alike: ItemLikeness | None = None) -> pd.DataFrame:
    """Return ranked candidates in the order of `context.order`, with score_rank and rerank_rule.

    `ranked`: user_key, item_key, score, value, recommendation_rank, all candidates of each person, sorted by person
    and rank. What is listed has ranks from 1; all else, by score, those after `context.list_length`, also where limits
    leave a list short. rerank_rule names the setting that kept out what would be listed, None elsewhere: a limit,
    least_new_items, or aims, of what the score alone would have listed. `alike`: `item_likeness`, if it is there
    already.
    """
    rows = ranked.assign(score_rank=ranked["recommendation_rank"], rerank_rule=None)
    if context.order.is_by_score or ranked.empty:
        return rows
    length = context.list_length
    place, rule = (np.concatenate(parts) for parts in zip(*_filled(context, ranked, alike), strict=True))
    score_rank = ranked["recommendation_rank"].to_numpy()
    names = np.array([None, *_limits(context), "least_new_items", "aims"], dtype=object)
    fell = (place == 0) & (rule == 0) & (score_rank <= length)
    rows["rerank_rule"] = names[np.where(fell, len(names) - 1, rule)]
    is_listed = place > 0
    order = np.lexsort((score_rank, np.where(is_listed, place, length + 1), ranked["user_key"]))
    user_key, is_listed = ranked["user_key"].to_numpy()[order], is_listed[order]
    _, starts, person = np.unique(user_key, return_index=True, return_inverse=True)
    listed_before = np.add.reduceat(is_listed, starts)[person]
    number = np.arange(len(order)) - starts[person] + 1
    rows = rows.iloc[order].reset_index(drop=True)
    rows["recommendation_rank"] = np.where(is_listed, number, number - listed_before + length)
    return rows


def _limits(context: Context) -> dict[str, tuple[int, np.ndarray]]:
    """Return the limits that are set: how many, and the group of each item."""
    given = {
        "most_per_category": (context.order.most_per_category, "category"),
        "most_per_brand": (context.order.most_per_brand, "brand"),
    }
    return {
        name: (most, group_codes(context.items[column])) for name, (most, column) in given.items() if most
    }


def _filled(
    context: Context, ranked: pd.DataFrame, alike: ItemLikeness | None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield place and rule per row, for one block of people after the other."""
    if context.order.aims.diversity and alike is None:
        alike = item_likeness(context)
    counts = ranked.groupby("user_key", sort=False).size().to_numpy()
    ends = np.cumsum(counts)
    for first in range(0, len(counts), _PEOPLE_AT_ONCE):
        block = counts[first : first + _PEOPLE_AT_ONCE]
        end = ends[first + len(block) - 1]
        rows = ranked.iloc[end - block.sum() : end]
        cells = np.arange(block.max())[None, :] < block[:, None]
        places, rules = filled_lists(
            _board(context, rows, cells, alike), context.list_length, context.order.least_new_items
        )
        yield places[cells], rules[cells]


def _board(context: Context, rows: pd.DataFrame, cells: np.ndarray, alike: ItemLikeness | None) -> Board:
    items = np.zeros(cells.shape, dtype=np.int64)
    items[cells] = rows["item_key"].to_numpy()
    age_days = context.items["item_age_days"].to_numpy(dtype=np.float64)
    freshness = np.nan_to_num(0.5 ** (age_days / _FRESHNESS_HALF_LIFE_DAYS))
    aims = context.order.aims
    return Board(
        open=cells,
        gain=aims.relevance * _relative(rows["score"], cells)
        + aims.value * _relative(rows["value"], cells)
        + aims.freshness * freshness[items],
        is_new=(age_days <= context.order.new_item_days)[items] & cells,
        limits=tuple(
            Limit(most, np.where(cells, codes[items], -1)) for most, codes in _limits(context).values()
        ),
        diversity=aims.diversity,
        likeness=alike.on(items) if alike and aims.diversity else None,
    )


def _relative(values: pd.Series, cells: np.ndarray) -> np.ndarray:
    """Return values as shares of each person's largest, 0 where they are missing: comparable across people."""
    board = np.zeros(cells.shape)
    board[cells] = np.nan_to_num(values.to_numpy(dtype=np.float64))
    return board / np.maximum(board.max(axis=1, keepdims=True), np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class ItemLikeness:
    """How alike items are, 0 to 1: the mean of same category, same brand and cosine of vectors, of those that the shop
    knows.
    """

    groups: tuple[np.ndarray, ...]
    unit_vectors: np.ndarray | None

    def on(self, items: np.ndarray) -> Likeness:
        """Return the likeness of cells on a board of items, people x candidates."""
        groups = [codes[items] for codes in self.groups]
        unit = None if self.unit_vectors is None else self.unit_vectors[items]
        part_count = max(1, len(groups) + (unit is not None))

        def of(columns: np.ndarray) -> np.ndarray:
            people = np.arange(len(items))
            total = np.zeros(items.shape)
            for codes in groups:
                own = codes[people, columns][:, None]
                total += (codes == own) & (own >= 0)
            if unit is not None:
                total += np.maximum(np.einsum("pwd,pd->pw", unit, unit[people, columns]), 0)
            return total / part_count

        return of


def item_likeness(context: Context) -> ItemLikeness:
    """Return how alike the items of the catalogue are."""
    groups = tuple(group_codes(context.items[column]) for column in ("category", "brand"))
    matrix, _, _ = context.made(vector_matrices)
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit = (matrix / np.where(length > 0, length, 1)).astype(np.float32) if length.any() else None
    return ItemLikeness(tuple(codes for codes in groups if (codes >= 0).any()), unit)
