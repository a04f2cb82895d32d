"""Whether probabilities came true: on the evaluation cut, among people of whom buyers and others are known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.evaluation import METRICS

BIN_COUNT = 10
POPULATION = "known_people"
CALIBRATION = {
    "list_name": "str", "bin": "int64", "mean_probability": "float64", "observed_rate": "float64",
    "candidate_count": "int64", "evaluation_cut": "object", "window_days": "int64",
}  # fmt: skip


def recommendation_calibration(
    context: Context, judged: dict[str, pd.DataFrame], window_days: int
) -> pd.DataFrame:
    """Return one row per list_name and tenth of its probabilities, the lowest first.

    `judged`: per list_name the probability of candidates and whether they were bought (`is_bought`).
    """
    parts = [pd.DataFrame(columns=list(CALIBRATION)).astype(CALIBRATION)]
    for name, rows in judged.items():
        known = rows[rows["probability"].notna()]
        if len(known):
            bins = tenths(known["probability"].to_numpy(), known["is_bought"].to_numpy())
            parts.append(bins.assign(list_name=name, evaluation_cut=context.cut, window_days=window_days))
    filled = [part[list(CALIBRATION)] for part in parts if len(part)] or parts
    return pd.concat(filled, ignore_index=True).astype(CALIBRATION)


def tenths(probability: np.ndarray, is_bought: np.ndarray) -> pd.DataFrame:
    """Return bin (1 lowest), mean_probability, observed_rate, candidate_count of up to ten bins of equal counts."""
    edges = np.quantile(probability, np.linspace(0, 1, BIN_COUNT + 1)[1:-1])
    place = np.searchsorted(np.unique(edges), probability, side="left")
    _, place, counts = np.unique(place, return_inverse=True, return_counts=True)
    return pd.DataFrame(
        {
            "bin": np.arange(1, len(counts) + 1),
            "mean_probability": np.bincount(place, weights=probability) / counts,
            "observed_rate": np.bincount(place, weights=is_bought) / counts,
            "candidate_count": counts,
        }
    )


def calibration_metrics(bins: pd.DataFrame, people_count: int) -> pd.DataFrame:
    """Return rows of `recommendation_metrics`: expected_rate, observed_rate and calibration_error by list_name.

    The error is the mean distance of a bin's two rates, weighted by its candidates.
    """
    rows = []
    for name, own in bins.groupby("list_name", sort=True):
        weights = own["candidate_count"] / own["candidate_count"].sum()
        expected, observed = own["mean_probability"], own["observed_rate"]
        figures = {
            "expected_rate": (weights * expected).sum(),
            "observed_rate": (weights * observed).sum(),
            "calibration_error": (weights * (expected - observed).abs()).sum(),
        }
        place = (own["evaluation_cut"].iloc[0], own["window_days"].iloc[0], people_count)
        rows += [(name, POPULATION, metric, value, *place) for metric, value in figures.items()]
    return pd.DataFrame(rows, columns=list(METRICS)).astype(METRICS)
