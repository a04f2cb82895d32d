"""Recall what a linear model of everything a person did expects of each item from all the others (EASE)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from dmp.recommendations.context import Context

# The inverse costs the cube of the items, or of the people where they are fewer: 10,000 take half a minute. Beyond,
# only what most people touched is modelled.
SIZE_LIMIT = 10_000
# Of the mean diagonal of the Gram matrix. On Online Retail, a month before the cut that figures are told of, its first
# 400 new items hold 0.454 of what people buy next with 10, 0.425 with 3.
REGULARISATION = 10.0
# People are so many times fewer than items before their model is the quicker one.
_FEWER = 4
_ROWS_AT_ONCE = 512


def linear_autoencoder(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return what the model expects of each item from all the others that a person has."""
    return context.learning.made(model).expected(context.weights(user_keys))


class Model(Protocol):
    """The ridge regression of each item on all others in closed form.

    Steck (2019), Embarrassingly Shallow Autoencoders for Sparse Data, equation 8, on decayed weights.
    """

    def expected(self, weights: Any) -> np.ndarray:
        """Return people x items (float32) for sparse weights, people x items."""


@dataclass(frozen=True)
class ItemModel:
    """Its coefficients: modelled items x modelled items, diagonal 0."""

    modelled: np.ndarray
    coefficients: np.ndarray

    def expected(self, weights: Any) -> np.ndarray:
        """Return the weights times the coefficients; nothing is expected of items beyond the modelled."""
        if len(self.modelled) == weights.shape[1]:
            return np.asarray(weights @ self.coefficients)
        scores = np.zeros(weights.shape, dtype=np.float32)
        scores[:, self.modelled] = weights[:, self.modelled] @ self.coefficients
        return scores


@dataclass(frozen=True)
class PeopleModel:
    """The same where people are fewer than items: with the inverse of people x people (the matrix inversion lemma).

    `people`: sparse people x items; `solved`: that inverse times `people`; `diagonal`: of people' x solved.
    """

    people: Any
    solved: np.ndarray
    diagonal: np.ndarray

    def expected(self, weights: Any) -> np.ndarray:
        """Return what the coefficients would give, without making them."""
        scores = (weights @ self.people.T) @ self.solved
        row = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        scores[row, weights.indices] -= weights.data * self.diagonal[weights.indices]
        return np.asarray(scores / (1 - self.diagonal), dtype=np.float32)


def model(context: Context) -> Model:
    """Learn from people who have anything."""
    weights = context.person_weights
    touched = np.bincount(weights.indices, minlength=weights.shape[1])
    people = weights[np.diff(weights.indptr) > 0]
    item_count = int((touched > 0).sum())
    # There the scores of a person cost all people x items, here what the person has x items.
    if people.shape[0] * _FEWER < item_count or people.shape[0] <= SIZE_LIMIT < item_count:
        return people_model(people)
    modelled = np.sort(np.lexsort((np.arange(len(touched)), -touched))[: min(SIZE_LIMIT, item_count)])
    return ItemModel(modelled, coefficients(weights[:, modelled]))


def coefficients(weights: Any) -> np.ndarray:
    """Return items x items from people x items, each of which somebody has."""
    if not weights.shape[1]:
        return np.zeros((0, 0), dtype=np.float32)
    # Symmetric, so its transpose is itself, in the order of rows in which people's weights read it.
    solved = inverse(gram(weights)).T
    solved /= -solved.diagonal().copy()
    np.fill_diagonal(solved, 0)
    return solved.astype(np.float32, copy=False)


def people_model(people: Any) -> PeopleModel:
    """Return the model from the weights of fewer people than items."""
    squares = np.asarray(people.multiply(people).sum(axis=0)).ravel()
    likeness = (people @ people.T).toarray(order="F")
    likeness[np.diag_indices_from(likeness)] += REGULARISATION * squares[squares > 0].mean()
    solved = np.asarray(people.T.dot(inverse(likeness)).T, dtype=np.float32)
    transposed = people.tocsc()
    diagonal = np.zeros(people.shape[1])
    columns = np.repeat(np.arange(people.shape[1]), np.diff(transposed.indptr))
    np.add.at(diagonal, columns, transposed.data * solved[transposed.indices, columns])
    return PeopleModel(people.astype(np.float32), solved, diagonal)


def gram(weights: Any) -> np.ndarray:
    """Return items x items, how much people have both, regularised; in the order of columns that LAPACK writes to."""
    products = (weights.T @ weights).toarray(order="F")
    products[np.diag_indices_from(products)] += REGULARISATION * products.diagonal().mean()
    return products


def inverse(matrix: np.ndarray) -> np.ndarray:
    """Return the inverse of a positive definite matrix in its own place, in single precision.

    On Online Retail coefficients differ by at most 4e-7 from those in double precision (the largest is 0.2), for half
    the time and memory: at 12,000 items a copy takes 0.6 GB.
    """
    from scipy.linalg.lapack import spotrf, spotri
    from threadpoolctl import threadpool_limits

    # One thread: sums in another order would be other bytes.
    with threadpool_limits(1):
        inverted, _ = spotri(spotrf(matrix, lower=True, overwrite_a=True)[0], lower=True, overwrite_c=True)
    for start in range(0, len(inverted), _ROWS_AT_ONCE):
        end = start + _ROWS_AT_ONCE
        block = np.tril(inverted[start:end, start:end])
        inverted[start:end, start:end] = block + np.tril(block, -1).T
        inverted[start:end, end:] = inverted[end:, start:end].T
    return inverted
