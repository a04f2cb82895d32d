"""Waits cut into periods of constant hazard: one row per wait and period in which it was watched.

With the days watched as exposure, events in such rows are a Poisson count whose likelihood is that of the piecewise
exponential model (Holford 1980, "The analysis of rates and of survivorship using log-linear models"). Censoring and
delayed entry are days that are not there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Weeks at first, where most waits end, then wider steps: 11 rows a person instead of 26 for half a year.
STEPS = (0.0, 7.0, 14.0, 21.0, 28.0, 42.0, 56.0, 77.0, 98.0, 126.0, 154.0, 182.0)
MOST_STEPS = 24


@dataclass(frozen=True)
class Periods:
    """Parallel arrays, one entry per row and period: which row, which period, days watched, whether it ended."""

    row: np.ndarray
    period: np.ndarray
    exposure: np.ndarray
    event: np.ndarray


def cut_into_periods(
    entry: np.ndarray, exits: np.ndarray, is_observed: np.ndarray, edges: np.ndarray
) -> Periods:
    """Cut each wait (entry, exit] at `edges`, ascending; what lies behind the last edge is not watched.

    An event on an edge belongs to the period that ends there. Rows come by wait, then by period.
    """
    start = np.maximum(entry[:, None], edges[None, :-1])
    end = np.minimum(exits[:, None], edges[None, 1:])
    row, period = np.nonzero(end > start)
    ends_here = is_observed[row] & (exits[row] > edges[period]) & (exits[row] <= edges[period + 1])
    return Periods(row, period, (end - start)[row, period], ends_here)


def event_edges(exits: np.ndarray, is_observed: np.ndarray, most: int = MOST_STEPS) -> np.ndarray:
    """Return edges from 0 to the longest wait with about as many events in each period, at most `most` periods."""
    times = exits[is_observed]
    inner = np.quantile(times, np.linspace(0, 1, most + 1)[1:-1], method="closest_observation")
    return np.unique(np.concatenate([[0.0], inner, [exits.max()]]))
