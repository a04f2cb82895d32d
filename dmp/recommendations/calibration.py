"""From a ranker's score to a probability: that a candidate is bought by the person within the window.

The ranker only orders a list, so the level of a probability comes from how the person buys. It is learnt from people
whose newest training cut the ranker has not seen, and judged on the evaluation cut, which neither has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from dmp.recommendations.held_out import HeldOut

COUNTS = (
    "user_purchase_day_count", "user_purchase_day_count_90d", "user_active_day_count", "items_per_purchase_day",
)  # fmt: skip
DAYS = ("user_last_purchase_days", "user_recency_days", "user_tenure_days")
# Where the slope on the score may change, as shares of the scores learnt from: most candidates lie in the first half.
_KNOT_SHARES = (0.5, 0.9)
# So many tell the level to about a fifth; the weights are drawn towards 0.
MINIMUM_PURCHASES = 30
# Numbers are kept to this precision, so that the text and what it is read back as are the same.
_DIGITS = 10


@dataclass(frozen=True)
class Calibration:
    """A logistic regression on the score, bent at `knots`, and on how the person buys; numbers alone."""

    knots: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    row_count: int
    purchase_count: int

    def probability(self, raw: np.ndarray, facts: pd.DataFrame) -> np.ndarray:
        """Return P(bought within the window) of candidates by their raw score and person's facts (COUNTS, DAYS).

        Missing where nothing is known of the person: nobody like them was learnt from.
        """
        odds = _inputs(raw, facts, self.knots) @ np.array(self.weights) + self.intercept
        chance = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
        return np.where(facts["user_recency_days"].isna().to_numpy(), np.nan, chance)

    def described(self) -> dict[str, Any]:
        """Return the numbers for a text file."""
        return asdict(self) | {
            "inputs": ["score", *(f"score above {knot}" for knot in self.knots), *COUNTS, *DAYS]
        }

    @classmethod
    def read(cls, described: Mapping[str, Any]) -> Calibration:
        """Return what `described` gave."""
        knots, weights = tuple(described["knots"]), tuple(described["weights"])
        counts = described["row_count"], described["purchase_count"]
        return cls(knots, weights, described["intercept"], *counts)


def fit_calibration(raw: np.ndarray, held_out: HeldOut) -> Calibration | None:
    """Fit to raw scores of held-out candidates (Platt 1999, with a bent line and the person's facts beside it).

    On Online Retail (learnt on 2011-10-05, judged on 2011-11-04) log-loss 0.118; the score alone 0.131, isotonic
    regression on it 0.131, the mean rate 0.150. None where too little was bought. Within a list the order of
    probabilities is that of scores: a line that would turn it round is not bent, or there is none.
    """
    purchases = int(held_out.is_bought.sum())
    if purchases < MINIMUM_PURCHASES or purchases == len(raw):
        return None
    bends = tuple(float(knot) for knot in np.unique(np.round(np.quantile(raw, _KNOT_SHARES), _DIGITS)))
    for knots in (bends, ()):
        weights, intercept = _line(_inputs(raw, held_out.features, knots), held_out.is_bought)
        slopes = np.cumsum(weights[: 1 + len(knots)])
        if (slopes >= 0).all() and slopes[0] > 0:
            return Calibration(knots, tuple(weights), intercept, len(raw), purchases)
    return None


def _line(inputs: np.ndarray, labels: np.ndarray) -> tuple[list[float], float]:
    from sklearn.linear_model import LogisticRegression

    mean, scale = inputs.mean(axis=0), inputs.std(axis=0)
    scale = np.where(scale > 0, scale, 1)
    line = LogisticRegression(max_iter=1000).fit((inputs - mean) / scale, labels)
    weights = line.coef_[0] / scale
    intercept = float(line.intercept_[0] - weights @ mean)
    return [float(weight) for weight in np.round(weights, _DIGITS)], round(intercept, _DIGITS)


def _inputs(raw: np.ndarray, facts: pd.DataFrame, knots: tuple[float, ...]) -> np.ndarray:
    counts = np.log1p(np.nan_to_num(facts[list(COUNTS)].to_numpy(dtype=np.float64)))
    days = 1 / (1 + np.nan_to_num(facts[list(DAYS)].to_numpy(dtype=np.float64), nan=np.inf) / 30)
    scores = [raw, *(np.maximum(raw - knot, 0) for knot in knots)]
    return np.column_stack([*scores, counts, days])
