"""Who is like the people of a segment: everybody else scored by models that never saw them, with the reasons.

A logistic regression of "is one of them" on what people bought (TF-IDF over items), their metrics and their vectors. It
is fitted five times, each time without a fifth of the people, and scores that fifth: being unknown to a model, those
who are not in the segment are not told to be unlike it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

FOLDS = 5
# Fewer would make the five models five opinions.
FEWEST_SEEDS = 20
# Strength of the ridge penalty against overfitting a few hundred seeds (C of scikit-learn, on standardised columns).
_PENALTY = 0.01
_VECTOR_SCALE = 3.0
# Stands for what never happened where a metric counts days since.
_NEVER = 3650
LIKENESS = ("bought_like_them", "bought_more_than_others")


@dataclass(frozen=True)
class People:
    """People to compare, all parts in the same order: items is people x items (TF-IDF, rows of length 1)."""

    metrics: pd.DataFrame
    items: Any
    vectors: np.ndarray


@dataclass(frozen=True)
class Lookalikes:
    """Scores 0..1 of everybody, and what moved each: the log-odds from each named number."""

    scores: np.ndarray
    parts: pd.DataFrame


def tf_idf(counts: Any) -> Any:
    """Return people x items with log(1 + count) x (1 + log(people / (1 + buyers))), each row of length 1 or nothing."""
    from scipy.sparse import diags
    from sklearn.preprocessing import normalize

    logs = counts.astype("float64").tocsr(copy=True)
    logs.data = np.log1p(logs.data)
    buyers = np.bincount(logs.indices, minlength=logs.shape[1])
    return normalize(logs @ diags(1 + np.log(logs.shape[0] / (1 + buyers))))


def expand(people: People, seeds: np.ndarray) -> Lookalikes:
    """Score everybody's likeness to the seeds (true for each who is one of them), each by models without them."""
    from sklearn.linear_model import LogisticRegression

    fold = _folds(seeds)
    likeness = _likeness(people.items, seeds, fold)
    names = [*people.metrics, *LIKENESS]
    named = np.hstack([_standard(np.log1p(_filled(people.metrics))), _standard(likeness)])
    length = np.maximum(np.linalg.norm(people.vectors, axis=1, keepdims=True), 1e-12)
    columns = np.hstack([named, people.vectors / length * _VECTOR_SCALE])
    scores, parts = np.zeros(len(seeds)), np.zeros(named.shape)
    for place in range(FOLDS):
        here = fold == place
        model = LogisticRegression(C=_PENALTY, max_iter=500).fit(columns[~here], seeds[~here])
        scores[here] = model.predict_proba(columns[here])[:, 1]
        parts[here] = named[here] * model.coef_[0, : len(names)]
    return Lookalikes(scores, pd.DataFrame(parts, columns=names))


def _folds(seeds: np.ndarray) -> np.ndarray:
    """Deal people out to folds, seeds and others each in equal parts; people come in the order of hashes."""
    fold = np.zeros(len(seeds), dtype=np.int64)
    for kind in (True, False):
        fold[seeds == kind] = np.arange((seeds == kind).sum()) % FOLDS
    return fold


def _likeness(items: Any, seeds: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Return each person's cosine to the mean seed, and their share of items that seeds bought more often than others.

    Nobody is compared with themselves: the seeds of their own fold are left out. The second is the sum of their items'
    log ratios between seeds and others (naive Bayes, one observation added).
    """
    found = np.zeros((len(seeds), 2))
    for place in range(FOLDS):
        here = fold == place
        mean = np.asarray(items[seeds & ~here].mean(axis=0)).ravel()
        others = np.asarray(items[~seeds & ~here].mean(axis=0)).ravel()
        smallest = 1 / max(1, len(seeds))
        ratio = np.log((mean + smallest / items.shape[1]) / (others + smallest / items.shape[1]))
        found[here, 0] = items[here] @ (mean / max(float(np.linalg.norm(mean)), 1e-12))
        found[here, 1] = items[here] @ ratio
    return found


def _filled(metrics: pd.DataFrame) -> np.ndarray:
    values = metrics.to_numpy(dtype="float64", na_value=np.nan)
    return np.maximum(np.where(np.isnan(values), _NEVER, values), 0)


def _standard(values: np.ndarray) -> np.ndarray:
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
