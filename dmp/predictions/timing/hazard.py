"""What every model of waits has to offer; no model lives here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from dmp.predictions.timing.curves import Curves


class FittedHazard(Protocol):
    """Numbers, names and LightGBM's text; nothing in it is executed when it is read back."""

    @property
    def name(self) -> str:
        """The name of the model that was fitted."""

    def curves(self, people: pd.DataFrame, days: np.ndarray) -> Curves:
        """Return the distribution of what is left of each wait: `people` carry `entry_days` and `stratum`."""

    def files(self) -> dict[str, bytes]:
        """Return the text files from which `load` makes the same model again."""


class Hazard(Protocol):
    """A way to learn from waits."""

    @property
    def name(self) -> str:
        """Whole words: it is what reports call the model."""

    def fit(self, waits: pd.DataFrame, features: Sequence[str], edges: np.ndarray) -> FittedHazard:
        """Learn from waits (see `waits`); `edges` of the periods ahead. Raises NotLearnable when nothing ended."""

    def load(self, files: dict[str, bytes]) -> FittedHazard:
        """Return the model that `files` hold."""
