"""What people did on each of their days, as matrices: for channels that look at what came with or after what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

HALF_LIFE = 90


@dataclass(frozen=True)
class Days:
    """Days of activity of all people, sorted by person and date.

    `acts`: sparse days x items (float32 points); `starts`: person i of the context has the rows
    `starts[i]` to `starts[i + 1]`; `ages`: days before the cut, one per row.
    """

    acts: Any
    starts: np.ndarray
    ages: np.ndarray

    @cached_property
    def people(self) -> np.ndarray:
        """Position of the person of each row."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @cached_property
    def weights(self) -> np.ndarray:
        """What a day still counts: half for every 90 days of age."""
        return (0.5 ** (self.ages / HALF_LIFE)).astype(np.float32)

    def last_rows(self, count: int, oldest_days: float = np.inf) -> Any:
        """Return sparse people x days: 1 at a person's last day, a half at the one before, up to `count` days that are
        younger than `oldest_days`.
        """
        from scipy.sparse import csr_matrix

        place = self.starts[1:][self.people] - np.arange(len(self.people)) - 1
        rows = np.flatnonzero((place < count) & (self.ages < oldest_days))
        values = (0.5 ** place[rows]).astype(np.float32)
        return csr_matrix((values, (self.people[rows], rows)), shape=(len(self.starts) - 1, len(self.people)))


def days_of(acts: pd.DataFrame, positions: np.ndarray, people_count: int, item_count: int) -> Days:
    """Make the matrices of `acts` (item_key, age_days, points; sorted by person, then oldest first), whose person's
    position is in `positions`.
    """
    from scipy.sparse import csr_matrix

    ages = acts["age_days"].to_numpy()
    is_first = np.r_[True, (np.diff(positions) != 0) | (np.diff(ages) != 0)][: len(acts)]
    row = np.cumsum(is_first) - 1
    firsts = np.flatnonzero(is_first)
    matrix = csr_matrix(
        (acts["points"].to_numpy(dtype=np.float32), (row, acts["item_key"].to_numpy())),
        shape=(len(firsts), item_count),
    )
    starts = np.searchsorted(positions[firsts], np.arange(people_count + 1))
    return Days(matrix, starts, ages[firsts].astype(np.float64))
