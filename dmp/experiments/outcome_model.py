"""How likely an outcome is for an item in a place: the model of the direct method.

A logistic regression that adds up an item's, a place's and each context column's part, with a ridge penalty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dmp.experiments.contexts import most_frequent
from dmp.experiments.weights import Weighed

# So many items have a part of their own; the rest share one.
MOST_ITEMS = 1000
PENALTY = 1.0


@dataclass(frozen=True)
class Encoded:
    """A log as columns of zeros and ones: those of places and contexts, then those of items.

    contexts: a sparse row per context. item_codes: the column of each item; what has none shares the last.
    """

    contexts: Any
    item_codes: pd.Series
    width: int

    def rows(self, context: np.ndarray, item_ids: pd.Series) -> Any:
        """Return the sparse matrix of some (context, item) pairs."""
        from scipy import sparse

        codes = self.items(item_ids)
        ones = sparse.csr_matrix(
            (np.ones(len(codes)), (np.arange(len(codes)), codes)), shape=(len(codes), self.width)
        )
        return sparse.hstack([self.contexts[context], ones], format="csr")

    def items(self, item_ids: pd.Series) -> np.ndarray:
        """Return the column of each item."""
        return item_ids.map(self.item_codes).fillna(self.width - 1).to_numpy().astype(np.int64)


def encoded(found: Weighed) -> Encoded:
    """Return the encoding of a log's contexts and items; equal logs are encoded equally, whatever their order."""
    from scipy import sparse

    parts = []
    for column in found.contexts:
        codes, names = pd.factorize(found.contexts[column], sort=True)
        place = (np.arange(len(codes)), codes)
        parts.append(sparse.csr_matrix((np.ones(len(codes)), place), shape=(len(codes), len(names))))
    items = most_frequent(found.log["item_id"], MOST_ITEMS)
    item_codes = pd.Series(np.arange(len(items)), index=items)
    return Encoded(sparse.hstack(parts, format="csr"), item_codes, len(items) + 1)


@dataclass(frozen=True)
class OutcomeModel:
    """A fitted model: the part of each column, and the covariance of the parts."""

    encoding: Encoded
    parts: np.ndarray
    covariance: np.ndarray

    def chance(self, context: np.ndarray, item_ids: pd.Series) -> np.ndarray:
        """Return the expected outcome, 0..1, of each pair."""
        return _chance(self.encoding.rows(context, item_ids), self.parts)

    def value(self, found: Weighed) -> tuple[float, float]:
        """Return the direct method's value of the target and its standard error.

        The error is that of the fitted parts (delta method) and of which contexts came; what the model's form
        gets wrong is in neither.
        """
        choices = found.choices
        matrix = self.encoding.rows(choices["context"].to_numpy(), choices["item_id"])
        chance = _chance(matrix, self.parts)
        per_context = _sum_by_context(choices, chance)
        value = per_context[found.context].mean()
        shares = np.bincount(found.context, minlength=len(found.contexts)) / len(found.context)
        mass = choices["probability"].to_numpy() * shares[choices["context"].to_numpy()]
        gradient = _with_intercept(matrix).T @ (mass * chance * (1 - chance))
        of_contexts = np.var(per_context[found.context]) / len(found.context)
        return float(value), float(np.sqrt(gradient @ self.covariance @ gradient + of_contexts))


def _sum_by_context(choices: pd.DataFrame, chance: np.ndarray) -> np.ndarray:
    return np.bincount(choices["context"].to_numpy(), weights=choices["probability"].to_numpy() * chance)


def expected_outcomes(model: OutcomeModel, found: Weighed) -> np.ndarray:
    """Return per log row what the target could expect there: the mean over what it may show."""
    choices = found.choices
    chance = model.chance(choices["context"].to_numpy(), choices["item_id"])
    return _sum_by_context(choices, chance)[found.context]


def fit(found: Weighed, encoding: Encoded, rows: np.ndarray) -> OutcomeModel:
    """Fit the model on some rows of a log; they must hold both outcomes."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    matrix = encoding.rows(found.context[rows], found.log["item_id"].iloc[rows])
    outcome = found.log["outcome"].to_numpy()[rows] > 0
    learner = LogisticRegression(C=1 / PENALTY, solver="lbfgs", max_iter=1000, tol=1e-8)
    learner.fit(matrix, outcome)
    parts = np.r_[learner.coef_[0], learner.intercept_]
    chance = _chance(matrix, parts)
    full = _with_intercept(matrix)
    curvature = (full.T @ sparse.diags(chance * (1 - chance)) @ full).toarray()
    # The penalty is a prior of the parts: the inverse of the whole curvature is their covariance (Laplace).
    curvature[np.diag_indices(len(parts) - 1)] += PENALTY
    return OutcomeModel(encoding, parts, np.linalg.inv(curvature))


def _with_intercept(matrix: Any) -> Any:
    from scipy import sparse

    return sparse.hstack([matrix, np.ones((matrix.shape[0], 1))], format="csr")


def _chance(matrix: Any, parts: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(matrix @ parts[:-1] + parts[-1])))
