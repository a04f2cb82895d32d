"""A small network that reads acts in order: one layer of causal self-attention (SASRec, Kang and McAuley 2018).

An act looks at the person's acts of its own day and of earlier ones, the more or less by how many active days lie
between. No position counts by itself: a person's acts may stand anywhere in a row, beside those of others. Items have
one vector each, for being read and for being foretold. Needs the extra `sequence`.
"""

from __future__ import annotations

import os
from typing import Any

# One thread, said before jax is loaded: sums in another order would be other bytes.
os.environ.setdefault("PJRT_NPROC", "1")

import jax
import jax.numpy as jnp
import numpy as np

from dmp.vectors.sequence_parameters import DROPPED, DROPPED_ATTENTION, DROPPED_INPUT, HEADS

Weights = dict[str, Any]


def started(item_count: int, dimensions: int, length: int, random: np.random.Generator) -> Weights:
    """Return weights to begin with; each head reads a part of the dimensions, the last one is narrower if need be."""
    width = -(-dimensions // HEADS) * HEADS
    sizes = {
        "items": (item_count, dimensions),
        "asked": (dimensions, width),
        "offered": (dimensions, width),
        "told": (dimensions, width),
        "gathered": (width, dimensions),
        "widened": (dimensions, 2 * dimensions),
        "narrowed": (2 * dimensions, dimensions),
    }
    drawn = {name: random.normal(size=size) / np.sqrt(size[0]) for name, size in sizes.items()}
    drawn["items"] = 0.02 * random.normal(size=sizes["items"])
    scales = {name: np.ones(dimensions) for name in ("before_attention", "before_width", "at_the_end")}
    shifts = {f"{name}_shift": np.zeros(dimensions) for name in scales}
    other = {"by_distance": np.zeros((HEADS, length)), "widened_shift": np.zeros(2 * dimensions)}
    return {
        name: jnp.asarray(value, jnp.float32) for name, value in (drawn | scales | shifts | other).items()
    }


def states(weights: Weights, items: Any, people: Any, days_ago: Any, key: Any = None) -> Any:
    """Return rows x length x dimensions: after each act, the vector whose inner product with items foretells the next.

    `items`, `people`, `days_ago`: rows x length integers; acts of unlike numbers in `people` do not see each other.
    `key`: of what is dropped while learning.
    """
    keys = [None] * 4 if key is None else list(jax.random.split(key, 4))
    dimensions = weights["items"].shape[1]
    state = _dropped(weights["items"][items] * jnp.sqrt(dimensions), DROPPED_INPUT, keys[0])
    distance = days_ago[:, None, :] - days_ago[:, :, None]
    is_seen = (people[:, :, None] == people[:, None, :]) & (distance >= 0)
    read = _normalised(state, weights, "before_attention")
    asked, offered, told = (_heads(read @ weights[name]) for name in ("asked", "offered", "told"))
    likeness = jnp.einsum("rqhd,rkhd->rhqk", asked, offered) / np.sqrt(asked.shape[-1])
    near = weights["by_distance"][:, jnp.clip(distance, 0, weights["by_distance"].shape[1] - 1)]
    likeness = jnp.where(is_seen[:, None], likeness + near.transpose(1, 0, 2, 3), -1e9)
    attention = _dropped(jax.nn.softmax(likeness, axis=-1), DROPPED_ATTENTION, keys[1])
    found = jnp.einsum("rhqk,rkhd->rqhd", attention, told).reshape(*items.shape, -1)
    state = state + _dropped(found @ weights["gathered"], DROPPED, keys[2])
    wide = _normalised(state, weights, "before_width") @ weights["widened"] + weights["widened_shift"]
    state = state + _dropped(jax.nn.gelu(wide) @ weights["narrowed"], DROPPED, keys[3])
    return _normalised(state, weights, "at_the_end")


compiled_states = jax.jit(states)


def _heads(values: Any) -> Any:
    return values.reshape(*values.shape[:2], HEADS, -1)


def _normalised(values: Any, weights: Weights, name: str) -> Any:
    centred = values - values.mean(axis=-1, keepdims=True)
    spread = jax.lax.rsqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-6)
    return centred * spread * weights[name] + weights[f"{name}_shift"]


def _dropped(values: Any, share: float, key: Any) -> Any:
    if key is None:
        return values
    return jnp.where(jax.random.bernoulli(key, 1 - share, values.shape), values / (1 - share), 0)
