"""Levels that say what they mean: curves corrected by what became of people after an earlier cut.

The conformal idea (Chernozhukov, Wüthrich and Zhu 2021, "Distributional conformal prediction") with censored waits:
if a tenth of the people had their event before the level 0.07 of their distribution, 0.07 is called 0.1 afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dmp.predictions.timing.curves import SMALLEST, Curves
from dmp.predictions.timing.measures import LEVELS, largest_level_gap, levels_reached, step, watched_level

SPREADS = (0.5, 2.0)
LARGEST_GAP = 0.03  # below that, the noise of one cut would be learned


@dataclass(frozen=True)
class Adjustment:
    """How far people are spread, and a rising line through (`said`, `meant`): what a model says against what happened.

    A person whose cumulative hazard at `day` has the logarithm `centre` + x gets one of `centre` + `spread` x.
    """

    spread: float = 1.0
    centre: float = 0.0
    day: float = 0.0
    said: tuple[float, ...] = (0.0, 1.0)
    meant: tuple[float, ...] = (0.0, 1.0)

    def apply(self, curves: Curves) -> Curves:
        """Return the corrected curves."""
        survival = curves.survival
        if self.spread != 1.0:
            distance = _log_hazard(curves, self.day) - self.centre
            survival = survival ** np.exp((self.spread - 1) * distance)[:, None]
        return Curves(curves.days, 1 - np.interp(1 - survival, self.said, self.meant))


def learn_spread(waits: np.ndarray, is_observed: np.ndarray, curves: Curves, day: float) -> Adjustment:
    """Return how far people should be spread: a Poisson regression of events on what the curves expected of each.

    Crowson, Atkinson and Therneau 2016, "Assessing calibration of prognostic risk scores"; the overall level, which
    moves with the season, is left alone. `day` must be within the grid.
    """
    from sklearn.linear_model import PoissonRegressor

    line = _log_hazard(curves, day)
    expected = -np.log(np.clip(curves.still_waiting(np.minimum(waits, day)), SMALLEST, 1 - SMALLEST))
    happened = (is_observed & (waits <= day)) / expected
    distance = (line - line.mean()).reshape(-1, 1)
    slope = PoissonRegressor(alpha=0, solver="newton-cholesky").fit(
        distance, happened, sample_weight=expected
    )
    spread = float(np.clip(1 + slope.coef_[0], *SPREADS))
    return Adjustment(spread=spread, centre=float(line.mean()), day=day)


def learn_levels(
    waits: np.ndarray, is_observed: np.ndarray, curves: Curves, spread: Adjustment
) -> Adjustment:
    """Return `spread` with the levels that these outcomes call for; as it is if every level is within 3 points.

    Levels up to which too few people were watched are left on the line to (1, 1).
    """
    spread_out = spread.apply(curves)
    if largest_level_gap(waits, is_observed, spread_out) <= LARGEST_GAP:
        return spread
    times, share = levels_reached(waits, is_observed, spread_out)
    known = watched_level(waits, is_observed, spread_out)
    said = np.array([level for level in LEVELS if level <= known])
    meant = 1 - step(times, share, said)
    return replace(spread, said=(0.0, *map(float, said), 1.0), meant=(0.0, *map(float, meant), 1.0))


def _log_hazard(curves: Curves, day: float) -> np.ndarray:
    waiting = np.clip(curves.still_waiting(day), SMALLEST, 1 - SMALLEST)
    return np.log(-np.log(waiting))
