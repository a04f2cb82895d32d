"""What everybody turned to on one day, as a question to models that know the days before: where they rank it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
from scipy.sparse import csr_matrix, diags

from dmp.vectors.basis import Basis
from dmp.vectors.behaviour import Behaviour, behaviour_as_known
from dmp.vectors.item_order import NOTHING

# How much the affinities count, what EASE expects, and what follows on the latest acts.
Blend = tuple[float, float, float]
# In what EASE, and in what the followers are told, an act counts so much of the one after it.
LONG_FADING, SHORT_FADING = 0.8, 0.5
_PRIOR_COUNT = 5
_AT_ONCE = 1024


def recall(ranks: np.ndarray) -> float:
    """Return the share of people whose item is among the first ten (ranks from 0)."""
    return float((ranks < 10).mean())


def ndcg(ranks: np.ndarray) -> float:
    """Return the mean gain of the one item, 0 beyond the first ten (ranks from 0)."""
    return float(np.where(ranks < 10, 1 / np.log2(ranks + 2), 0).mean())


@dataclass(frozen=True)
class Question:
    """What was known the day before, and the item of each person on the day itself."""

    told: Behaviour
    wanted: np.ndarray

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, day: date) -> Question:
        """Read what is to be found on `day`."""
        told = behaviour_as_known(connection, day - timedelta(days=1), ("days",))
        wanted = connection.execute(
            "SELECT item_id FROM profiles.user_item_activity WHERE event_date = $day ORDER BY user_key",
            {"day": day},
        )
        return cls(told, wanted.df()["item_id"].to_numpy(object))

    def ranks(
        self, bases: Sequence[Basis], ease: np.ndarray, followers: Any, blends: Sequence[Blend]
    ) -> dict[Blend, np.ndarray]:
        """Return each person's rank of the wanted item by each blend, from 0.

        Affinities are the mean of the bases. What EASE and the followers expect is divided by its spread over the
        items. An item that nobody had when the models learned stands behind all others.
        """
        items = bases[0].items
        acts, met = self.told.known(items, "days"), self.told.known(items)
        people = [basis.place(acts, basis.vectors).astype(np.float32) for basis in bases]
        vectors = [basis.vectors.astype(np.float32) for basis in bases]
        long, short = (faded(acts, len(items), fading) for fading in (LONG_FADING, SHORT_FADING))
        place = np.searchsorted(items, self.wanted)
        is_known = items[np.minimum(place, len(items) - 1)] == self.wanted
        found = {blend: np.full(len(acts), len(items)) for blend in blends}
        for start in range(0, len(acts), _AT_ONCE):
            rows = start + np.flatnonzero(is_known[start : start + _AT_ONCE])
            affinity = sum(placed[rows] @ each.T for placed, each in zip(people, vectors, strict=True))
            parts = (
                np.asarray(affinity) / np.float32(len(bases)),
                _spread(long[rows] @ ease),
                _spread((short[rows] @ followers).toarray()),
            )
            own = met[rows].nonzero()
            for blend in blends:
                scores = sum(
                    np.float32(share) * part for share, part in zip(blend, parts, strict=True) if share
                )
                scores[own] = -np.inf
                wanted = scores[np.arange(len(rows)), place[rows]]
                found[blend][rows] = (scores > wanted[:, None]).sum(axis=1)
        return found


def faded(acts: np.ndarray, item_count: int, fading: float) -> csr_matrix:
    """Return sparse people x items: an act counts `fading` of one on the person's next active day."""
    person, place = np.nonzero(acts[:, 0] != NOTHING)
    items, days_ago = acts[person, :, place].T
    return csr_matrix((np.float32(fading) ** days_ago, (person, items)), shape=(len(acts), item_count))


def followers_of(acts: np.ndarray, item_count: int) -> csr_matrix:
    """Return sparse items x items: how often an item was the next act after another, or, counting half, the one after.

    As a share of the other's acts and a few more: what was followed once by something proves little.
    """
    is_known, items = acts[:, 0] != NOTHING, acts[:, 0]
    found = csr_matrix((item_count, item_count), dtype=np.float32)
    for step in (1, 2):
        pair = is_known[:, :-step]
        places = items[:, :-step][pair], items[:, step:][pair]
        found = found + csr_matrix((np.full(pair.sum(), 1 / step, np.float32), places), shape=found.shape)
    acts_of = np.bincount(items[is_known], minlength=item_count)
    return csr_matrix(diags((1 / (acts_of + _PRIOR_COUNT)).astype(np.float32)) @ found)


def _spread(scores: np.ndarray) -> np.ndarray:
    return scores / np.maximum(scores.std(axis=1, keepdims=True), 1e-12)
