"""Simple models beside the trees, so that a reader sees what the trees add; never published as scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from dmp.predictions.models import feature_matrix

Predictor = Callable[[pd.DataFrame], np.ndarray]
REGULARISATION = 0.05  # inverse strength; 70 related metrics need a firm hand
RECENCY = "purchase_recency_days"


def fit_baselines(rows: pd.DataFrame, features: Sequence[str]) -> dict[str, Predictor]:
    """Return predictors by name, fitted on training rows: logistic, recency and naive_rate.

    Each takes rows with the same columns and returns probabilities.
    """
    rate = float(rows["label"].mean())
    return {
        "logistic": _fit_logistic(rows, features, REGULARISATION),
        "recency": _fit_logistic(rows[["user_key", "label", RECENCY]], [RECENCY], np.inf),
        "naive_rate": lambda others: np.full(len(others), rate),
    }


def _fit_logistic(rows: pd.DataFrame, features: Sequence[str], regularisation: float) -> Predictor:
    """Standardised log(1 + x); a metric that is undefined counts as the largest seen (never = long ago)."""
    from sklearn.linear_model import LogisticRegression

    logged = _logged(rows, features)
    largest = np.nan_to_num(pd.DataFrame(logged).max().to_numpy())
    filled = np.where(np.isnan(logged), largest, logged)
    mean, spread = filled.mean(axis=0), filled.std(axis=0)
    spread[spread == 0] = 1.0
    model = LogisticRegression(C=regularisation, solver="newton-cholesky")
    model.fit((filled - mean) / spread, rows["label"].to_numpy())

    def predict(others: pd.DataFrame) -> np.ndarray:
        values = _logged(others[["user_key", *features]], features)
        scaled = (np.where(np.isnan(values), largest, values) - mean) / spread
        return np.asarray(model.predict_proba(scaled))[:, 1]

    return predict


def _logged(rows: pd.DataFrame, features: Sequence[str]) -> np.ndarray:
    matrix = feature_matrix(rows, features)
    return np.sign(matrix) * np.log1p(np.abs(matrix))
