"""People, items, categories and brands as one graph without direction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dmp.vectors.behaviour import Behaviour

# An item's edges to its category and to its brand weigh this share of its edges to people, each.
ATTRIBUTE_SHARE = 0.1
ATTRIBUTES = ("category", "brand")


@dataclass(frozen=True)
class Graph:
    """`edges`: symmetric sparse nodes x nodes of weights, indices sorted; the first `item_count` nodes are items."""

    edges: Any
    item_count: int

    @cached_property
    def codes(self) -> np.ndarray:
        """One integer per edge, increasing: from x nodes + to."""
        origin = np.repeat(np.arange(self.edges.shape[0]), np.diff(self.edges.indptr))
        return origin * self.edges.shape[0] + self.edges.indices

    @cached_property
    def sums(self) -> np.ndarray:
        """Sum of the weights of all edges before each: edge e holds the numbers from sums[e] to sums[e + 1]."""
        return np.concatenate([[0.0], np.cumsum(self.edges.data)])

    def are_joined(self, ones: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Whether there is an edge between each of `ones` and the node at the same place of `others`."""
        wanted = ones * self.edges.shape[0] + others
        found = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1)
        return np.asarray(self.codes[found] == wanted)


def graph_of(behaviour: Behaviour) -> Graph:
    """Join items to the people who did something with them, by log(1 + points), and to their attributes."""
    from scipy.sparse import bmat, csr_matrix

    to_items = [behaviour.matrix]
    strength = np.asarray(behaviour.matrix.sum(axis=0)).ravel()
    known = _known_attributes(behaviour)
    for attribute in ATTRIBUTES:
        places, values = np.flatnonzero(known[attribute].notna()), known[attribute].dropna()
        names, codes = np.unique(values.to_numpy(dtype=str), return_inverse=True)
        edges = (strength[places] * ATTRIBUTE_SHARE, (codes, places))
        to_items.append(csr_matrix(edges, shape=(len(names), len(behaviour.items))))
    others = bmat([[rows] for rows in to_items if rows.shape[0]], format="csr")
    edges = bmat([[None, others.T], [others, None]], format="csr")
    edges.sort_indices()
    return Graph(edges, len(behaviour.items))


def _known_attributes(behaviour: Behaviour) -> pd.DataFrame:
    if behaviour.attributes is None:
        return pd.DataFrame(index=behaviour.items, columns=list(ATTRIBUTES), dtype=object)
    return behaviour.attributes.set_index("item_id").reindex(behaviour.items)
