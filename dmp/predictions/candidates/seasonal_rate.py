"""The same answer for everybody, higher before a busy season: what a forecast without people can say."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from dmp.predictions.calibration import log_odds
from dmp.predictions.candidates.candidate import Question
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.rhythm.histories import finite_column
from dmp.predictions.season import SEASON

BASE = "(base value)"


@dataclass(frozen=True)
class FittedSeasonalRate:
    """`rate`: purchases that an ordinary window of this length brings per person, or the mean amount of one."""

    rate: float
    answer: str
    is_counted_when: bool
    name: str = "seasonal_rate"

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return the answer for the window behind each row."""
        return self._answers(finite_column(table, SEASON, 1.0))

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the answer for an ordinary window, and what the season adds."""
        ordinary = self._answers(np.ones(len(table)))
        return pd.DataFrame({BASE: ordinary, SEASON: self.predict(table) - ordinary})

    def files(self) -> dict[str, bytes]:
        """Return rate.json."""
        return {"rate.json": json.dumps(asdict(self)).encode()}

    def _answers(self, season: np.ndarray) -> np.ndarray:
        if self.answer == "amount":
            return self.rate * season
        return log_odds(-np.expm1(-self.rate * season)) * (1 if self.is_counted_when else -1)


class SeasonalRate:
    """The mean of the labels over the mean of the seasons they fell into; where the log tells seasons."""

    name = "seasonal_rate"
    answers = frozenset({"chance", "amount"})

    def fit(self, rows: pd.DataFrame, question: Question) -> FittedSeasonalRate:
        """Learn from rows with `season_factor`; raises NotLearnable without it."""
        if not question.is_seasonal:
            raise NotLearnable(f"{self.name} needs two whole years of purchases")
        mean, season = float(rows["label"].mean()), float(rows[SEASON].mean())
        if question.answer == "chance":
            nothing = 1 - mean if question.is_counted_when else mean
            # Half a person keeps the rate finite where everybody bought.
            mean = -float(np.log(max(nothing, 0.5 / len(rows))))
        return FittedSeasonalRate(mean / season, question.answer, question.is_counted_when)

    def load(self, files: dict[str, bytes]) -> FittedSeasonalRate:
        """Read rate.json."""
        return FittedSeasonalRate(**json.loads(files["rate.json"]))
