"""Random walks with a memory of one step (node2vec, Grover and Leskovec 2016, section 3.2.2).

From `current`, reached from `previous`, an edge counts its weight x 1/p if it leads back, x 1 if it leads to a
neighbour of `previous`, x 1/q if it leads on. With p = q = 1 that is DeepWalk (Perozzi, Al-Rfou and Skiena 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmp.vectors.graph import Graph


@dataclass(frozen=True)
class Memory:
    """How unlike a walk without memory: `p` above 1 returns less often, `q` above 1 stays closer."""

    p: float = 1.0
    q: float = 1.0

    def bias(self, graph: Graph, previous: np.ndarray, candidates: np.ndarray) -> np.ndarray:
        """Return what each candidate's weight is multiplied with."""
        onward = np.where(graph.are_joined(previous, candidates), 1.0, 1 / self.q)
        return np.where(candidates == previous, 1 / self.p, onward)


def transition_probabilities(graph: Graph, previous: int, current: int, memory: Memory) -> dict[int, float]:
    """Return the chance of every node to be the next one."""
    row = slice(graph.edges.indptr[current], graph.edges.indptr[current + 1])
    nodes = graph.edges.indices[row].astype(np.int64)
    chances = graph.edges.data[row] * memory.bias(graph, np.full(len(nodes), previous), nodes)
    return dict(zip(nodes.tolist(), (chances / chances.sum()).tolist(), strict=True))


def walk(
    graph: Graph, starts: np.ndarray, length: int, memory: Memory, random: np.random.Generator
) -> np.ndarray:
    """Return walks x length of nodes, each from its start; every node needs an edge."""
    path = np.empty((len(starts), length), dtype=np.int64)
    path[:, 0] = starts
    for step in range(1, length):
        previous = path[:, step - 2] if step > 1 else None
        path[:, step] = _next(graph, previous, path[:, step - 1], memory, random)
    return path


def _next(
    graph: Graph,
    previous: np.ndarray | None,
    current: np.ndarray,
    memory: Memory,
    random: np.random.Generator,
) -> np.ndarray:
    """Draw by weight, and again where a draw is turned down by the bias: no table per pair of nodes is needed.

    Rejection gives exactly the transition probabilities (KnightKing, Yang et al. 2019).
    """
    if previous is None or memory == Memory():
        return _by_weight(graph, current, random)
    highest = max(1 / memory.p, 1.0, 1 / memory.q)
    chosen = np.empty_like(current)
    open_places = np.arange(len(current))
    while len(open_places):
        drawn = _by_weight(graph, current[open_places], random)
        bias = memory.bias(graph, previous[open_places], drawn)
        is_taken = random.random(len(drawn)) * highest < bias
        chosen[open_places[is_taken]] = drawn[is_taken]
        open_places = open_places[~is_taken]
    return chosen


def _by_weight(graph: Graph, current: np.ndarray, random: np.random.Generator) -> np.ndarray:
    first, end = graph.edges.indptr[current], graph.edges.indptr[current + 1]
    low, high = graph.sums[first], graph.sums[end]
    edge = np.searchsorted(graph.sums, low + random.random(len(current)) * (high - low), side="right") - 1
    return graph.edges.indices[np.clip(edge, first, end - 1)].astype(np.int64)
