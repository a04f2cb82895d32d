"""Items by the items that walks over the graph meet around them: DeepWalk and node2vec."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from dmp.vectors.behaviour import Behaviour
from dmp.vectors.graph import ATTRIBUTE_SHARE, Graph, graph_of
from dmp.vectors.representation import Representation
from dmp.vectors.skip_gram import PARAMETERS, skip_gram_vectors
from dmp.vectors.walks import Memory, walk

WALKS_PER_NODE = 10
LENGTH = 40
# Steps between two nodes that still count as near.
WINDOW = 10
# Returns less often and goes on rather than to a neighbour of where it came from.
ONWARD = Memory(p=4.0, q=1.0)


def fit(behaviour: Behaviour, dimensions: int, memory: Memory) -> np.ndarray:
    """Return vectors of items by walks from every node."""
    graph = graph_of(behaviour)
    random = np.random.default_rng(0)
    starts = np.tile(np.arange(graph.edges.shape[0]), WALKS_PER_NODE)
    return skip_gram_vectors(met(graph, walk(graph, starts, LENGTH, memory, random)), dimensions)


def met(graph: Graph, path: np.ndarray) -> Any:
    """Return sparse items x items: how often walks met both within the window, less the farther apart."""
    from scipy.sparse import csr_matrix

    shape = (graph.item_count, graph.item_count)
    found = csr_matrix(shape)
    for gap in range(1, WINDOW + 1):
        ones, others = path[:, :-gap].ravel(), path[:, gap:].ravel()
        is_pair = (ones < graph.item_count) & (others < graph.item_count) & (ones != others)
        pairs = (np.full(is_pair.sum(), 1 - (gap - 1) / WINDOW), (ones[is_pair], others[is_pair]))
        found = found + csr_matrix(pairs, shape=shape)
    return (found + found.T).tocsr()


def _walked(name: str, memory: Memory) -> Representation:
    sizes = (WALKS_PER_NODE, LENGTH, WINDOW, ATTRIBUTE_SHARE, memory)
    return Representation(
        name, partial(fit, memory=memory), reads=("attributes",), parameters=(*sizes, PARAMETERS)
    )


DEEPWALK = _walked("deepwalk", Memory())
NODE2VEC = _walked("node2vec", ONWARD)
