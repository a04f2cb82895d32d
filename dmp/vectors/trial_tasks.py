"""The tasks about buyers of groups of items: each gives one row of figures per contender and group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dmp.vectors import likelihood
from dmp.vectors.trial import Contender, Trial
from dmp.vectors.trial_columns import group_shares, known_of_judged, placed, tf_idf

_FIRST_SHARE = 0.05


def next_purchase(trial: Trial, contenders: Sequence[Contender]) -> pd.DataFrame:
    """Learn who buys of each group after the earlier cut, and judge it on people and purchases after the later one.

    The basis is that of the earlier cut. Columns: contender, case (the group), auc, log_loss.
    """
    items = trial.earlier.behaviour.items
    cuts = (trial.earlier, trial.later)
    before, after = (known_of_judged(one, items) for one in cuts)
    columns = {"group_shares": tuple(group_shares(matrix, trial.membership) for matrix in (before, after))}
    for one in contenders:
        way = one.representation
        known = (known_of_judged(cut, items, way.places_by) for cut in cuts)
        columns[way.name] = tuple(map(placed, (one.earlier, one.earlier), known, (before, after)))
    return pd.DataFrame(
        [row for name, pair in columns.items() for row in _judged_purchases(trial, name, *pair)]
    )


def _judged_purchases(
    trial: Trial, name: str, before: np.ndarray, after: np.ndarray
) -> list[dict[str, object]]:
    learned = [trial.earlier.bought[:, group] for group in trial.groups]
    strictness = likelihood.chosen_strictness(before, learned)
    rows: list[dict[str, object]] = []
    for group, outcome in zip(trial.groups, learned, strict=True):
        chances = likelihood.chance(likelihood.fitted(before, outcome, strictness), after)
        bought = trial.later.bought[:, group]
        figures = {
            "auc": likelihood.area_under_curve(bought, chances),
            "log_loss": likelihood.log_loss(bought, chances),
        }
        rows.append({"contender": name, "case": trial.names[group], **figures})
    return rows


def lookalike(trial: Trial, contenders: Sequence[Contender]) -> pd.DataFrame:
    """Tell half of those who buy of a group after the later cut, and find the other half among everybody else.

    Everybody is scored by models that have not seen them. Columns: contender, case (the group), auc,
    lift (of the first twentieth).
    """
    items = trial.later.behaviour.items
    matrix = known_of_judged(trial.later, items)
    told = {group: _half(trial.later.bought[:, group]) for group in trial.groups}
    rare = tf_idf(matrix)
    scores: dict[str, Mapping[int, np.ndarray]] = {
        "cosine_tf_idf": {
            group: np.asarray(rare @ np.asarray(rare[seeds].mean(axis=0)).ravel())
            for group, seeds in told.items()
        }
    }
    for one in contenders:
        known = known_of_judged(trial.later, items, one.representation.places_by)
        columns = placed(one.later, known, matrix)
        strictness = likelihood.chosen_strictness(columns, list(told.values()))
        scores[one.representation.name] = {
            group: likelihood.out_of_fold(columns, seeds, strictness) for group, seeds in told.items()
        }
    return pd.DataFrame(
        [
            {
                "contender": name,
                "case": trial.names[group],
                **_found(trial.later.bought[~seeds, group], scores[name][group][~seeds]),
            }
            for name in scores
            for group, seeds in told.items()
        ]
    )


def _half(is_buyer: np.ndarray) -> np.ndarray:
    """Return half of the buyers, drawn by a fixed seed."""
    buyers = np.flatnonzero(is_buyer)
    told = np.zeros(len(is_buyer), dtype=bool)
    told[np.random.default_rng(0).permutation(buyers)[: len(buyers) // 2]] = True
    return told


def _found(is_buyer: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    first = np.argsort(-scores, kind="stable")[: max(1, round(_FIRST_SHARE * len(scores)))]
    return {
        "auc": likelihood.area_under_curve(is_buyer, scores),
        "lift": float(is_buyer[first].mean() / is_buyer.mean()),
    }
