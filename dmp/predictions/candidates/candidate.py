"""What every model that competes for a target has to offer; no model lives here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Question:
    """What rows are learned for.

    `features`: numeric columns and text columns (categories) of the rows. `answer`: "chance" (label 0 or 1) or
    "amount" (label a number >= 0); `measure` says of what ("orders", "spend"). `horizon_days`: length of the window
    behind the cut, 0 for tables of subjects. `is_counted_when`: of a chance, False if the label is the absence of an
    order, as for churn. `is_seasonal`: the rows know the season of the window behind their cut, `season_factor`.
    """

    features: tuple[str, ...]
    horizon_days: int
    answer: str
    measure: str = "orders"
    is_counted_when: bool = True
    is_seasonal: bool = False


class FittedCandidate(Protocol):
    """Numbers, names and LightGBM's text; nothing in it is executed when it is read back."""

    @property
    def name(self) -> str:
        """The name of the candidate that was fitted."""

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return one finite number per row: log-odds of a chance, the expected value (>= 0) of an amount."""

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return one column per part (a feature, or a name in parentheses); rows sum to `predict`."""

    def files(self) -> dict[str, bytes]:
        """Return the text files from which `load` makes the same candidate again."""


class Candidate(Protocol):
    """A way to learn.

    One that searches before it grows may also offer `settled(fitted)`: the same way with the search's choices fixed.
    One that needs more people than are asked about may offer `knowing(customers, question)`: the same way with what all
    of a shop's customers tell, whose metrics are one row each, without labels.
    """

    @property
    def name(self) -> str:
        """Whole words: it is what reports call the candidate."""

    @property
    def answers(self) -> frozenset[str]:
        """What it can tell: "chance", "amount" or both."""

    def fit(self, rows: pd.DataFrame, question: Question) -> FittedCandidate:
        """Learn from rows with `label`; raises NotLearnable with one sentence when they cannot carry it."""

    def load(self, files: dict[str, bytes]) -> FittedCandidate:
        """Return the candidate that `files` hold."""
