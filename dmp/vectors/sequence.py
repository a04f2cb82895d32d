"""People by the order of what they turned to: the state of a small network after their last act (SASRec).

Needs the extra `sequence`; the network is in `causal_attention`, how it learns in `sequence_learning`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from dmp.vectors.behaviour import Behaviour
from dmp.vectors.item_order import LENGTH, NOTHING
from dmp.vectors.representation import Fitted, Representation
from dmp.vectors.sequence_parameters import PARAMETERS

_AT_ONCE = 256
# Most people have few acts; a row as long as the longest would cost them ten times as much.
_SHORT = 8


def fit(behaviour: Behaviour, dimensions: int, seed: int = 0) -> Fitted:
    """Return vectors of items by which the next one is foretold, and the network that places people among them.

    `seed`: of where learning begins and of what is drawn.
    """
    from dmp.vectors.sequence_learning import learned

    acts = behaviour.known(behaviour.items, "days")
    weights = learned(acts, len(behaviour.items), dimensions, seed)
    return Fitted(np.asarray(weights["items"], dtype=np.float64), partial(place, weights=weights))


def place(acts: np.ndarray, items: np.ndarray, weights: Any) -> np.ndarray:
    """Return people x dimensions from their latest acts (people x 2 x LENGTH); zeros for who has none."""
    placed = np.zeros((len(acts), items.shape[1]))
    counts = (acts[:, 0] != NOTHING).sum(axis=1)
    for shortest, longest in ((1, _SHORT), (_SHORT + 1, LENGTH)):
        people = np.flatnonzero((counts >= shortest) & (counts <= longest))
        for start in range(0, len(people), _AT_ONCE):
            block = people[start : start + _AT_ONCE]
            # Rows beyond the people are of nobody: one shape for all blocks is compiled once.
            rows = np.full((_AT_ONCE, 2, longest), NOTHING, dtype=np.int32)
            rows[: len(block)] = acts[block, :, LENGTH - longest :]
            placed[block] = _last_states(weights, rows)[: len(block)]
    return placed


def _last_states(weights: Any, rows: np.ndarray) -> np.ndarray:
    from dmp.vectors.causal_attention import compiled_states

    items, days_ago = rows[:, 0], rows[:, 1]
    people = np.where(items == NOTHING, NOTHING, 0)
    return np.asarray(compiled_states(weights, items, people, days_ago)[:, -1])


SEQUENCE = Representation(
    "sequence",
    fit,
    reads=("days",),
    parameters=(LENGTH, *PARAMETERS),
    places_by="days",
    extra="sequence",
    library="jax",
)
