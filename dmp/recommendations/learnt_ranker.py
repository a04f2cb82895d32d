"""A learnt order and the probabilities that go with it, as one thing to ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dmp.recommendations.calibration import Calibration


@dataclass(frozen=True)
class LearntRanker:
    """A LightGBM Booster, and the calibration of its scores where enough was bought to have one."""

    booster: Any
    calibration: Calibration | None = None

    def feature_name(self) -> list[str]:
        """Return the names of the features, in their order."""
        return list(self.booster.feature_name())

    def predict(self, features: pd.DataFrame, **what: Any) -> np.ndarray:
        """Return LightGBM's answer for rows that have the features among their columns."""
        names = self.feature_name()
        rows = features if list(features.columns) == names else features[names]
        return np.asarray(self.booster.predict(rows.to_numpy(dtype=np.float32), **what))

    def scored(self, features: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return the score in 0..1, comparable within a list only, and the probability, missing without calibration."""
        raw = self.predict(features, raw_score=True)
        if self.calibration is None:
            return 1 / (1 + np.exp(-raw)), np.full(len(raw), np.nan)
        return 1 / (1 + np.exp(-raw)), self.calibration.probability(raw, features)
