"""Purchase histories as three numbers a person, which is all that these models look at; no model lives here.

Fader, Hardie and Lee 2005, "Counting your customers the easy way", section 2: repeat purchases, the time of the last
one and the time under observation, both counted from the first purchase.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

COUNT, FIRST, LAST = "purchase_day_count_life", "first_purchase_days", "purchase_recency_days"


@dataclass(frozen=True)
class Histories:
    """One entry per history: `repeats` after the first purchase day, `last` and `age` in days since it.

    `weight`: how many people have this history. 0 <= last <= age, and last is 0 where repeats is 0.
    """

    repeats: np.ndarray
    last: np.ndarray
    age: np.ndarray
    weight: np.ndarray

    def __len__(self) -> int:
        return len(self.repeats)

    def after(self, days: float) -> Histories:
        """Return the same histories, `days` later, nothing having been bought since."""
        return Histories(self.repeats, self.last, self.age + days, self.weight)

    def grouped(self) -> Histories:
        """Return each different history once, weighted, in ascending order."""
        distinct, place = self.distinct()
        weight = np.bincount(place, weights=self.weight, minlength=len(distinct))
        return Histories(distinct.repeats, distinct.last, distinct.age, weight)

    def distinct(self) -> tuple[Histories, np.ndarray]:
        """Return each different history once in ascending order, of weight 1, and where each of these is among them.

        Formulas cost a microsecond or more a history, and a shop's people share theirs.
        """
        order = np.lexsort((self.age, self.last, self.repeats))
        sorted_triples = np.stack([self.repeats, self.last, self.age])[:, order]
        is_new = np.ones(len(self), dtype=bool)
        is_new[1:] = (np.diff(sorted_triples, axis=1) != 0).any(axis=0)
        place = np.empty(len(self), dtype=np.int64)
        place[order] = np.cumsum(is_new) - 1
        repeats, last, age = sorted_triples[:, is_new]
        return Histories(repeats, last, age, np.ones(len(repeats))), place


def read_histories(metrics: pd.DataFrame) -> tuple[Histories, np.ndarray]:
    """Return the histories of whoever has bought by the cut, and which rows of `metrics` those are.

    Reads the life-long metrics of user_metrics; whatever is impossible there (a last purchase before the first) is
    brought to the nearest possible value.
    """
    count, first, last = (finite_column(metrics, name, np.nan) for name in (COUNT, FIRST, LAST))
    has_bought = (count >= 1) & (first >= 0)
    repeats = np.floor(count[has_bought]) - 1
    age = first[has_bought]
    until_last = np.clip(age - np.nan_to_num(last[has_bought]), 0, age)
    until_last = np.where(repeats > 0, until_last, 0.0)
    return Histories(repeats, until_last, age, np.ones(len(age))), has_bought


def finite_column(table: pd.DataFrame, name: str, otherwise: float) -> np.ndarray:
    """Return a column as floats, `otherwise` where it is missing or no finite number."""
    if name not in table:
        return np.full(len(table), otherwise)
    values = pd.to_numeric(table[name]).astype("float64").to_numpy()
    return np.where(np.isfinite(values), values, otherwise)
