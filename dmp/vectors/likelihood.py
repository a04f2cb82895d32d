"""A ridge logistic regression whose strictness is chosen on people that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

FOLDS = 5
# Values of scikit-learn's C, on columns whose mean square is 1.
STRICTNESS = (0.001, 0.01, 0.1)
_SURE = 1e-6


def chosen_strictness(columns: np.ndarray, outcomes: Sequence[np.ndarray]) -> float:
    """Return the strictness with the least log-loss over all outcomes, each person scored by models without them."""
    losses = [
        sum(log_loss(outcome, out_of_fold(columns, outcome, strictness)) for outcome in outcomes)
        for strictness in STRICTNESS
    ]
    return STRICTNESS[int(np.argmin(losses))]


def out_of_fold(columns: np.ndarray, outcome: np.ndarray, strictness: float) -> np.ndarray:
    """Return everybody's chance, from the model of the folds in which they are not."""
    fold = np.zeros(len(outcome), dtype=np.int64)
    for kind in (True, False):
        fold[outcome == kind] = np.arange((outcome == kind).sum()) % FOLDS
    chances = np.zeros(len(outcome))
    for place in range(FOLDS):
        here = fold == place
        chances[here] = chance(fitted(columns[~here], outcome[~here], strictness), columns[here])
    return chances


def fitted(columns: np.ndarray, outcome: np.ndarray, strictness: float) -> Any:
    """Return the model of an outcome; both kinds of people must be there."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strictness, max_iter=500).fit(columns, outcome)


def chance(model: Any, columns: np.ndarray) -> np.ndarray:
    """Return the chance of the outcome for each row."""
    return np.asarray(model.predict_proba(columns)[:, 1])


def log_loss(outcome: np.ndarray, chances: np.ndarray) -> float:
    """Return the mean negative log-likelihood."""
    sure = np.clip(chances, _SURE, 1 - _SURE)
    return float(-np.mean(np.where(outcome, np.log(sure), np.log(1 - sure))))


def area_under_curve(outcome: np.ndarray, scores: np.ndarray) -> float:
    """Return the chance that one of the outcome scores above one without; ties count half."""
    from scipy.stats import rankdata

    count = int(outcome.sum())
    above = rankdata(scores)[outcome].sum() - count * (count + 1) / 2
    return float(above / (count * (len(outcome) - count)))
