"""A trial of representations: which two cuts, which people, and which groups of items are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from dmp.settings import DmpError
from dmp.vectors.behaviour import weights
from dmp.vectors.item_groups import item_groups
from dmp.vectors.representation import DIMENSIONS, Fitted, Representation
from dmp.vectors.trial_facts import Situation, situation

GROUPS = 10
FEWEST_BUYERS = 20


@dataclass(frozen=True)
class Trial:
    """The two cuts of a trial, `days` apart.

    `groups`: the columns of `bought` that are judged, `names`: of all groups, `membership`: items of the earlier cut
    x all groups.
    """

    earlier: Situation
    later: Situation
    days: int
    groups: np.ndarray
    names: np.ndarray
    membership: Any


def trial_of(connection: duckdb.DuckDBPyConnection, last_day: date, days: int) -> Trial:
    """Return the trial on the newest Sunday with `days` after it. Raises DmpError where too little is known.

    The groups are those with most buyers in the earlier window, of up to half of the people.
    """
    cut = last_day - timedelta(days=days)
    cut -= timedelta(days=cut.isoweekday() % 7)
    before = cut - timedelta(days=days)
    before -= timedelta(days=before.isoweekday() % 7)
    groups = item_groups(connection)
    earlier, later = (situation(connection, day, days, groups) for day in (before, cut))
    names = np.unique(groups["group_name"])
    judged = _judged(earlier, later, names)
    if len(judged) < 2:
        raise DmpError(
            f"there is too little to try on: fewer than two groups of items have {FEWEST_BUYERS} buyers "
            f"in the {days} days after {before} and after {cut}"
        )
    return Trial(earlier, later, days, judged, names, _membership(groups, names, earlier))


def _judged(earlier: Situation, later: Situation, names: np.ndarray) -> np.ndarray:
    first, second = (one.bought.sum(axis=0) for one in (earlier, later))
    most = min(len(earlier.people), len(later.people)) / 2
    judged = np.flatnonzero(
        (np.minimum(first, second) >= FEWEST_BUYERS) & (np.maximum(first, second) <= most)
    )
    return np.sort(judged[np.lexsort((names[judged], -first[judged]))][:GROUPS])


def _membership(groups: pd.DataFrame, names: np.ndarray, earlier: Situation) -> Any:
    known = groups[groups["item_id"].isin(earlier.behaviour.items)]
    places = np.searchsorted(names, known["group_name"].to_numpy(dtype=names.dtype))
    known = known.assign(points=np.e - 1, user_key=places)
    return weights(known, np.arange(len(names)), earlier.behaviour.items).T.tocsr()


@dataclass(frozen=True)
class Contender:
    """A representation with what it learned as of both cuts."""

    representation: Representation
    earlier: Fitted
    later: Fitted


def contender(trial: Trial, representation: Representation) -> Contender:
    """Fit a representation as of both cuts, each on what was known then."""
    bases = (
        representation.fitted(
            one.behaviour, min(DIMENSIONS, *(size - 1 for size in one.behaviour.matrix.shape))
        )
        for one in (trial.earlier, trial.later)
    )
    return Contender(representation, *bases)
