"""Learn to foretell what a person turns to on their next active day. Needs the extra `sequence`.

The loss is the cross-entropy over all items; where they are more than OTHERS, over the right one and so many others,
drawn anew at every step and weighed as all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain, repeat
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from dmp.vectors.causal_attention import Weights, started, states
from dmp.vectors.item_order import LENGTH, NOTHING
from dmp.vectors.sequence_parameters import (
    FEWEST_STEPS,
    LAST_RATE,
    MEAN,
    MOST_STEPS,
    OTHERS,
    RATE,
    ROUNDS,
    ROWS,
    SQUARE,
    WARM_STEPS,
)


def learned(acts: np.ndarray, item_count: int, dimensions: int, seed: int) -> Weights:
    """Return weights from people x 2 x LENGTH (`item_order.latest_acts`); the same for the same acts and seed."""
    random = np.random.default_rng(seed)
    weights = started(item_count, dimensions, LENGTH, random)
    means = tuple(jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    known = acts[:, 0] != NOTHING
    rows = -(-int(known.sum()) // LENGTH)
    steps = int(np.clip(ROUNDS * rows // ROWS, FEWEST_STEPS, MOST_STEPS))
    keys = jax.random.split(jax.random.key(seed, impl="rbg"), steps)
    batches = chain.from_iterable(_batches(acts, known, min(rows, ROWS), random) for _ in repeat(None))
    for step, (batch, key) in enumerate(zip(batches, keys, strict=False)):
        others = random.choice(item_count, min(item_count, OTHERS), replace=False)
        weights, means = _step(weights, means, (batch, others, key), step + 1, _rate(step, steps))
    return weights


def _rate(step: int, steps: int) -> float:
    """Rise over the first steps, then fall on a line."""
    fallen = RATE + (LAST_RATE - RATE) * step / steps
    return fallen * min(1.0, (step + 1) / WARM_STEPS)


def _batches(
    acts: np.ndarray, known: np.ndarray, rows: int, random: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield 4 x rows x LENGTH integers: items, people, days ago and what to foretell (NOTHING after a last day).

    People in a new order each round, one after the other: who is cut by the end of a row is read from there anew.
    """
    order = random.permutation(len(acts))
    person, place = np.nonzero(known[order])
    items, days_ago = acts[order][person, :, place].T
    stream = np.stack([items, person, days_ago, next_acts(items, person, days_ago, random)])
    size = rows * LENGTH
    stream = np.pad(stream, ((0, 0), (0, -stream.shape[1] % size)), constant_values=NOTHING).astype(np.int32)
    for start in range(0, stream.shape[1], size):
        yield stream[:, start : start + size].reshape(4, rows, LENGTH)


def next_acts(
    items: np.ndarray, person: np.ndarray, days_ago: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Return for each act one of the person's next active day, drawn evenly; acts lie in order."""
    is_first = np.r_[True, (np.diff(person) != 0) | (np.diff(days_ago) != 0)]
    starts = np.r_[np.flatnonzero(is_first), len(items)]
    day = np.cumsum(is_first)
    first, end = starts[np.minimum(day, len(starts) - 1)], starts[np.minimum(day + 1, len(starts) - 1)]
    drawn = np.minimum(first + (random.random(len(items)) * (end - first)).astype(int), len(items) - 1)
    return np.where(days_ago > 0, items[drawn], NOTHING)


def loss(weights: Weights, batch: Any, others: Any, key: Any) -> Any:
    """Return the mean loss of a batch (see `_batches`); `others`: numbers of items, each once."""
    items, people, days_ago, wanted = batch
    wanted = wanted.reshape(-1)
    found = states(weights, items, people, days_ago, key).reshape(len(wanted), -1)
    right = (found * weights["items"][wanted]).sum(axis=-1)
    each_stands_for = weights["items"].shape[0] / len(others)
    wrong = found @ weights["items"][others].T + np.log(each_stands_for)
    wrong = jnp.where(others[None] == wanted[:, None], -1e9, wrong)
    lost = jnp.logaddexp(jax.nn.logsumexp(wrong, axis=-1), right) - right
    is_asked = wanted != NOTHING
    return (lost * is_asked).sum() / jnp.maximum(is_asked.sum(), 1)


@partial(jax.jit, donate_argnums=(0, 1))
def _step(weights: Weights, means: Any, drawn: Any, count: Any, rate: Any) -> tuple[Weights, Any]:
    """Return the weights and the two means after one step of Adam (Kingma and Ba 2015).

    `drawn`: what the loss takes beside the weights.
    """
    slopes = jax.grad(loss)(weights, *drawn)
    mean = jax.tree.map(lambda old, new: MEAN * old + (1 - MEAN) * new, means[0], slopes)
    square = jax.tree.map(lambda old, new: SQUARE * old + (1 - SQUARE) * new**2, means[1], slopes)

    def moved(weight: Any, first: Any, second: Any) -> Any:
        length = jnp.sqrt(second / (1 - SQUARE**count)) + 1e-8
        return weight - rate * first / (1 - MEAN**count) / length

    return jax.tree.map(moved, weights, mean, square), (mean, square)
