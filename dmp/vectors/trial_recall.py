"""The task of recall: what people buy after a cut, among all items by the inner product of their vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from dmp.vectors.trial import Contender, Trial
from dmp.vectors.trial_columns import known_of_judged

_GAINED = 10
_FOUND = 20
_AT_ONCE = 1000


def recall(trial: Trial, contenders: Sequence[Contender]) -> pd.DataFrame:
    """List for every buyer of the window after the later cut what lies nearest to them, repurchases included.

    Columns: contender, case (the buyer), ndcg (of the first 10), recall (of the first 20, of all that they buy).
    """
    items = trial.later.behaviour.items
    matrix = known_of_judged(trial.later, items)
    bought = _bought(trial, items)
    buyers = np.flatnonzero(np.diff(bought.indptr))
    popular = np.asarray(matrix.sum(axis=0)).ravel()
    scores: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "popularity": lambda rows: np.tile(popular, (len(rows), 1))
    }
    for one in contenders:
        known = known_of_judged(trial.later, items, one.representation.places_by)
        people = one.later.place(known, one.later.vectors)
        scores[one.representation.name] = partial(_affinity, people, one.later.vectors)
    return pd.concat(
        [_judged(name, score, bought, buyers) for name, score in scores.items()], ignore_index=True
    )


def _affinity(people: np.ndarray, items: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.asarray(people[rows] @ items.T)


def _bought(trial: Trial, items: np.ndarray) -> Any:
    """Return sparse people x items of what was bought in the window; items that nobody knew by the cut are left out."""
    from scipy.sparse import csr_matrix

    pairs = trial.later.bought_items
    pairs = pairs[pairs["item_id"].isin(items)]
    users = trial.later.behaviour.users[trial.later.people]
    places = (
        np.searchsorted(users, pairs["user_key"]),
        np.searchsorted(items, pairs["item_id"].to_numpy(object)),
    )
    return csr_matrix((np.ones(len(pairs)), places), shape=(len(users), len(items)))


def _judged(
    name: str, score: Callable[[np.ndarray], np.ndarray], bought: Any, buyers: np.ndarray
) -> pd.DataFrame:
    worth = 1 / np.log2(np.arange(2, _GAINED + 2))
    ideal = np.cumsum(worth)
    parts = []
    for start in range(0, len(buyers), _AT_ONCE):
        rows = buyers[start : start + _AT_ONCE]
        first = np.argsort(-score(rows), axis=1, kind="stable")[:, :_FOUND]
        is_hit = np.take_along_axis(bought[rows].toarray(), first, axis=1)
        count = np.diff(bought.indptr)[rows]
        gained = (is_hit[:, :_GAINED] * worth[: first.shape[1]]).sum(axis=1)
        figures = {
            "ndcg": gained / ideal[np.minimum(count, _GAINED) - 1],
            "recall": is_hit.sum(axis=1) / count,
        }
        parts.append(pd.DataFrame({"contender": name, "case": rows, **figures}))
    return pd.concat(parts, ignore_index=True)
