"""A column as counts of its values: all that the statistics of one column need, and exact in any order of rows."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np


@dataclass(frozen=True)
class ValueCounts:
    """Distinct values in rising order (float64) and how often each occurs (at least once)."""

    values: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, column: np.ndarray) -> ValueCounts:
        """Count the values of a column, without NULL."""
        return cls(*np.unique(column[~np.isnan(column)], return_counts=True))

    @property
    def total(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())

    def mean(self) -> float:
        """Return the mean, from a correctly rounded sum (Shewchuk 1997) so that no order of adding shows.

        Summed as distances from the smallest value: the mean of equal values is that value, to the bit.
        """
        smallest = float(self.values[0])
        return smallest + fsum((self.values - smallest) * self.counts) / self.total

    def standard_deviation(self) -> float:
        """Return the standard deviation of these values themselves (divided by n, not n - 1)."""
        return float(np.sqrt(fsum((self.values - self.mean()) ** 2 * self.counts) / self.total))

    def quantile(self, share: float) -> float:
        """Return a quantile, linear between neighbours (type 7 of Hyndman and Fan 1996)."""
        place = share * (self.total - 1)
        upto = np.cumsum(self.counts)
        lower, upper = (
            self.values[np.searchsorted(upto, rank, side="right")]
            for rank in (np.floor(place), np.ceil(place))
        )
        return float(lower + (upper - lower) * (place - np.floor(place)))

    def most_frequent(self) -> float:
        """Return the value that occurs most often, the smallest of equally frequent ones."""
        return float(self.values[self.counts.argmax()])
