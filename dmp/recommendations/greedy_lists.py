"""Fill lists place by place with the best item that hard limits let in, for many people at once; arrays in, arrays out.

Likeness to what stands above is taken off as in maximal marginal relevance (Carbonell and Goldstein 1998).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# To each cell the likeness, 0 to 1, of the item at the person's given column.
Likeness = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Limit:
    """At most so many items of one group: the group of each cell, -1 where it has none and no limit holds."""

    most: int
    groups: np.ndarray


@dataclass(frozen=True)
class Board:
    """People x candidates, the best score first. `gain` is what an item brings whatever stands above it; cells beyond a
    person's last candidate are not `open`.
    """

    open: np.ndarray
    gain: np.ndarray
    is_new: np.ndarray
    limits: tuple[Limit, ...] = ()
    diversity: float = 0
    likeness: Likeness | None = None


class _Room:
    """How many of each cell's group are taken already, by limit."""

    def __init__(self, board: Board) -> None:
        self.limits = board.limits
        self.taken = [np.zeros(board.open.shape, dtype=np.int32) for _ in board.limits]
        self.none_full = np.zeros(board.open.shape, dtype=np.int8)

    def full(self) -> np.ndarray:
        """Return per cell the number, from 1, of the first limit that keeps it out; 0 where none does."""
        full = self.none_full.copy()
        for number, (limit, taken) in enumerate(zip(self.limits, self.taken, strict=True), start=1):
            full[(full == 0) & (taken >= limit.most)] = number
        return full

    def take(self, people: np.ndarray, columns: np.ndarray) -> None:
        """Count one item for each of `people` (row numbers)."""
        for limit, taken in zip(self.limits, self.taken, strict=True):
            own = limit.groups[people, columns][:, None]
            taken[people] += (limit.groups[people] == own) & (own >= 0)


def filled_lists(board: Board, length: int, least_new: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of each cell in its list, from 1, 0 outside, and the number of the rule that kept it out.

    Rules are those of the limits from 1, then one for the places kept for new items, which stood before the cell when
    its turn came. The best new items under the limits have their places kept first; equal gains go by column.
    """
    room = _Room(board)
    kept = _kept_for_new(board, room, min(least_new, length))
    places = np.zeros(board.open.shape, dtype=np.int32)
    rules = np.zeros(board.open.shape, dtype=np.int8)
    open_cells, nearest = board.open.copy(), np.zeros(board.open.shape)
    for place in range(1, length + 1):
        pending = kept & open_cells
        only_kept = pending.sum(axis=1) > length - place
        full = room.full()
        allowed = open_cells & (pending | ((full == 0) & ~only_kept[:, None]))
        gain = board.gain - board.diversity * nearest
        people, columns, best = _best(gain, allowed)
        passed = open_cells & ~allowed & (gain > best[:, None]) & (rules == 0)
        rules[passed] = np.where(full > 0, full, len(board.limits) + 1)[passed]
        if not len(people):
            break
        places[people, columns[people]] = place
        open_cells[people, columns[people]] = False
        others = people[~kept[people, columns[people]]]
        room.take(others, columns[others])
        if board.likeness and board.diversity:
            nearest = np.maximum(nearest, board.likeness(columns))
    return places, np.where(places > 0, 0, rules)


def _kept_for_new(board: Board, room: _Room, least_new: int) -> np.ndarray:
    kept = np.zeros(board.open.shape, dtype=bool)
    for _ in range(least_new):
        people, columns, _ = _best(board.gain, board.open & board.is_new & ~kept & (room.full() == 0))
        kept[people, columns[people]] = True
        room.take(people, columns[people])
    return kept


def _best(gain: np.ndarray, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the row numbers of people with an allowed cell, the column of the best one of every row, and its gain."""
    shown = np.where(allowed, gain, -np.inf)
    columns = shown.argmax(axis=1) if shown.shape[1] else np.zeros(len(shown), dtype=np.int64)
    people = np.flatnonzero(allowed.any(axis=1))
    best = np.full(len(shown), -np.inf)
    best[people] = shown[people, columns[people]]
    return people, columns, best
