"""An event that may have happened already: first the chance of that, then the hazard of who is still waiting.

One log-linear risk would tie both together: what tells that somebody has gone is not what tells that they will go.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dmp.predictions.calibration import probability
from dmp.predictions.candidates.candidate import Candidate, FittedCandidate, Question
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.timing.curves import Curves
from dmp.predictions.timing.hazard import FittedHazard, Hazard

ALREADY, LATER = "already.", "later."
FIRST_DAY = 1.0  # of the clock, which is one day ahead: whoever ends there had gone by the cut


@dataclass(frozen=True)
class FittedTwoParts:
    """A chance, and a hazard for the clock after the first day."""

    name: str
    already: FittedCandidate
    later: FittedHazard

    def curves(self, people: pd.DataFrame, days: np.ndarray) -> Curves:
        """Return (1 - chance) x the later curve; within the first day the chance grows evenly in logarithms."""
        waiting = 1 - probability(self.already.predict(people))
        behind = days[days >= FIRST_DAY]
        later = self.later.curves(people.assign(entry_days=FIRST_DAY), behind - FIRST_DAY)
        first = np.minimum(days, FIRST_DAY) / FIRST_DAY
        survival = waiting[:, None] ** first
        survival[:, days >= FIRST_DAY] *= later.survival
        return Curves(days, survival)

    def files(self) -> dict[str, bytes]:
        """Return the files of both parts and two_parts.json."""
        named = {"two_parts.json": json.dumps({"name": self.name}).encode()}
        for prefix, part in ((ALREADY, self.already), (LATER, self.later)):
            named |= {prefix + name: content for name, content in part.files().items()}
        return named


@dataclass(frozen=True)
class TwoParts:
    """Any way to learn a chance, and any way to learn a hazard."""

    name: str
    already: Candidate
    later: Hazard

    def fit(self, waits: pd.DataFrame, features: Sequence[str], edges: np.ndarray) -> FittedTwoParts:
        """Learn who had gone from all, and the hazard from those who had not."""
        has_gone = (waits["is_observed"] & (waits["exit_days"] <= FIRST_DAY)).to_numpy()
        if has_gone.all() or not has_gone.any():
            raise NotLearnable("either everybody had gone by the cuts or nobody")
        question = Question(tuple(features), 0, "chance")
        already = self.already.fit(waits.assign(label=has_gone.astype(int)), question)
        still = waits[~has_gone].assign(entry_days=FIRST_DAY).reset_index(drop=True)
        ahead = edges[edges >= FIRST_DAY] - FIRST_DAY
        return FittedTwoParts(self.name, already, self.later.fit(still, features, ahead))

    def load(self, files: dict[str, bytes]) -> FittedTwoParts:
        """Read what `files` of the fitted parts gave."""
        already, later = (
            {name.removeprefix(prefix): content for name, content in files.items() if name.startswith(prefix)}
            for prefix in (ALREADY, LATER)
        )
        return FittedTwoParts(self.name, self.already.load(already), self.later.load(later))
