"""The same answer for everybody: what has to be beaten first."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from dmp.predictions.calibration import log_odds
from dmp.predictions.candidates.candidate import Question


@dataclass(frozen=True)
class FittedNaiveRate:
    """One number: log-odds of the rate, or the mean amount."""

    value: float
    name: str = "naive_rate"

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return the number once per row."""
        return np.full(len(table), self.value)

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the number as the one part."""
        return pd.DataFrame({"(base value)": self.predict(table)})

    def files(self) -> dict[str, bytes]:
        """Return rate.json."""
        return {"rate.json": json.dumps(asdict(self)).encode()}


class NaiveRate:
    """The mean of the labels."""

    name = "naive_rate"
    answers = frozenset({"chance", "amount"})

    def fit(self, rows: pd.DataFrame, question: Question) -> FittedNaiveRate:
        """Learn the mean of `label`."""
        mean = float(rows["label"].mean())
        return FittedNaiveRate(float(log_odds(np.array(mean))) if question.answer == "chance" else mean)

    def load(self, files: dict[str, bytes]) -> FittedNaiveRate:
        """Read rate.json."""
        return FittedNaiveRate(**json.loads(files["rate.json"]))
