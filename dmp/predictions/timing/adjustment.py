"""Levels that say what they mean: curves corrected by what became of people after an earlier cut.

The conformal idea (Chernozhukov, Wüthrich and Zhu 2021, "Distributional conformal prediction") with censored waits:
if a tenth of the people had their event before the level 0.07 of their distribution, 0.07 is called 0.1 afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmp.predictions.timing.curves import Curves
from dmp.predictions.timing.measures import LEVELS, largest_level_gap, levels_reached, step, watched_level

LARGEST_GAP = 0.03  # below that, the noise of one cut would be learned


@dataclass(frozen=True)
class Adjustment:
    """A rising line through (`said`, `meant`): what a model says against what happened."""

    said: tuple[float, ...] = (0.0, 1.0)
    meant: tuple[float, ...] = (0.0, 1.0)

    def apply(self, curves: Curves) -> Curves:
        """Return the corrected curves."""
        happened = np.interp(1 - curves.survival, self.said, self.meant)
        return Curves(curves.days, 1 - happened)


def learn_adjustment(waits: np.ndarray, is_observed: np.ndarray, curves: Curves) -> Adjustment:
    """Return the correction that these outcomes call for; none if every level is within 3 points.

    Levels up to which too few people were watched are left on the line to (1, 1).
    """
    if largest_level_gap(waits, is_observed, curves) <= LARGEST_GAP:
        return Adjustment()
    times, share = levels_reached(waits, is_observed, curves)
    known = watched_level(waits, is_observed, curves)
    said = np.array([level for level in LEVELS if level <= known])
    meant = 1 - step(times, share, said)
    return Adjustment((0.0, *map(float, said), 1.0), (0.0, *map(float, meant), 1.0))
