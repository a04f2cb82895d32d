"""A person's distribution of the wait, as the chance to be still waiting on a few days ahead; no model here.

Between two days of the grid the hazard is constant, so the logarithm of the chance is a straight line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SMALLEST = 1e-9


@dataclass(frozen=True)
class Curves:
    """`days`: ascending from 0; `survival`: one row per person, the chance that the event comes after each day."""

    days: np.ndarray
    survival: np.ndarray

    def still_waiting(self, day: np.ndarray | float) -> np.ndarray:
        """Return each person's chance that the event comes after their `day`; NaN beyond the grid."""
        wanted = np.broadcast_to(np.asarray(day, dtype="float64"), len(self.survival))
        right = np.clip(np.searchsorted(self.days, wanted, side="left"), 1, len(self.days) - 1)
        left, person = right - 1, np.arange(len(wanted))
        share = (wanted - self.days[left]) / (self.days[right] - self.days[left])
        logs = self._logs()
        values = np.exp(logs[person, left] * (1 - share) + logs[person, right] * share)
        return np.where(wanted > self.days[-1], np.nan, values)

    def happened_by(self, day: np.ndarray | float) -> np.ndarray:
        """Return each person's chance that the event comes up to `day`; NaN beyond the grid."""
        return 1 - self.still_waiting(day)

    def day_of(self, level: float) -> np.ndarray:
        """Return the day by which the event comes with chance `level`; NaN where that is beyond the grid."""
        wanted = np.log1p(-level)
        logs = self._logs()
        right = np.argmax(logs <= wanted, axis=1)
        person, left = np.arange(len(logs)), np.maximum(right - 1, 0)
        high, low = logs[person, left], logs[person, right]
        share = np.where(high > low, (high - wanted) / np.where(high > low, high - low, 1.0), 0.0)
        days = self.days[left] + np.clip(share, 0, 1) * (self.days[right] - self.days[left])
        return np.where(logs[:, -1] > wanted, np.nan, days)

    def expected_days(self) -> np.ndarray:
        """Return the mean wait within the grid (restricted mean survival time): the lower, the sooner."""
        widths = np.diff(self.days)
        return ((self.survival[:, :-1] + self.survival[:, 1:]) / 2) @ widths

    def _logs(self) -> np.ndarray:
        return np.log(np.clip(self.survival, SMALLEST, 1.0))
