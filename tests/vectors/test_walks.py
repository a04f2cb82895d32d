"""Walks with a memory of one step: the chances of the next node, exactly, and as walks follow them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from dmp.vectors.behaviour import Behaviour
from dmp.vectors.graph import ATTRIBUTE_SHARE, Graph, graph_of
from dmp.vectors.graph_walks import WINDOW, met
from dmp.vectors.walks import Memory, transition_probabilities, walk

# A triangle 0-1-2 with a tail 1-3; the edge to the tail weighs 2.
TAILED = np.array([[0, 1, 1, 0], [1, 0, 1, 2], [1, 1, 0, 0], [0, 2, 0, 0]], dtype=float)
# Two people, three items: a bipartite graph, in which no two neighbours of a node are joined.
SHOP = np.array(
    [[0, 0, 0, 1, 3], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1], [1, 1, 0, 0, 0], [3, 0, 1, 0, 0]], dtype=float
)


def graph(weights: np.ndarray, items: int = 0) -> Graph:
    return Graph(csr_matrix(weights), items)


@pytest.mark.parametrize(
    ("memory", "chances"),
    [
        # From 0 to 1: back to 0 counts 1/p, 2 is a neighbour of 0, 3 lies further: 2/q.
        (Memory(1, 1), {0: 1 / 4, 2: 1 / 4, 3: 2 / 4}),
        (Memory(4, 1), {0: 0.25 / 3.25, 2: 1 / 3.25, 3: 2 / 3.25}),
        (Memory(1, 4), {0: 1 / 2.5, 2: 1 / 2.5, 3: 0.5 / 2.5}),
        (Memory(0.5, 0.25), {0: 2 / 11, 2: 1 / 11, 3: 8 / 11}),
    ],
)
def test_returning_counts_one_over_p_and_leaving_one_over_q(
    memory: Memory, chances: dict[int, float]
) -> None:
    found = transition_probabilities(graph(TAILED), previous=0, current=1, memory=memory)
    assert found == pytest.approx(chances, abs=1e-12)


def test_from_a_person_every_other_item_lies_further_than_the_one_they_came_from() -> None:
    found = transition_probabilities(graph(SHOP), previous=0, current=4, memory=Memory(p=2, q=0.5))
    assert found == pytest.approx({0: 1.5 / 3.5, 2: 2 / 3.5}, abs=1e-12)


def test_a_dead_end_leads_back() -> None:
    assert transition_probabilities(graph(TAILED), 1, 3, Memory(p=100, q=1)) == {1: 1.0}


@pytest.mark.parametrize("memory", [Memory(), Memory(4, 1), Memory(0.25, 2), Memory(2, 0.25)])
def test_walks_follow_these_chances(memory: Memory) -> None:
    one = graph(TAILED)
    path = walk(one, np.tile(np.arange(4), 20_000), 3, memory, np.random.default_rng(1))
    from_tail = np.bincount(path[path[:, 0] == 3, 1], minlength=4)
    assert (from_tail > 0).tolist() == [False, True, False, False]
    for previous in (0, 2, 3):
        here = path[(path[:, 0] == previous) & (path[:, 1] == 1)]
        shares = np.bincount(here[:, 2], minlength=4) / len(here)
        chances = transition_probabilities(one, previous, 1, memory)
        assert shares == pytest.approx([chances.get(node, 0) for node in range(4)], abs=0.02)


def test_every_step_of_a_walk_is_an_edge_and_the_same_seed_is_the_same_walk() -> None:
    one = graph(SHOP)
    paths = [walk(one, np.arange(5), 20, Memory(3, 0.5), np.random.default_rng(0)) for _ in range(2)]
    assert one.are_joined(paths[0][:, :-1].ravel(), paths[0][:, 1:].ravel()).all()
    assert np.array_equal(*paths)


def test_items_are_joined_to_people_by_what_they_did_and_to_attributes_by_a_share_of_that() -> None:
    points = pd.DataFrame(
        {"user_key": [7, 7, 9], "item_id": ["a", "b", "a"], "points": np.expm1([1.0, 2.0, 3.0])}
    )
    attributes = pd.DataFrame(
        {"item_id": ["a", "b", "unseen"], "category": ["tea", "tea", "cups"], "brand": [None, "x", "y"]}
    )
    found = graph_of(Behaviour(points, attributes=attributes))
    share = ATTRIBUTE_SHARE
    # Items a, b; people 7, 9; category tea; brand x.
    to_items = np.array([[1, 2], [3, 0], [4 * share, 2 * share], [0, 2 * share]])
    expected = np.block([[np.zeros((2, 2)), to_items.T], [to_items, np.zeros((4, 4))]])
    assert found.edges.toarray() == pytest.approx(expected)
    assert found.item_count == 2


def test_items_met_closer_together_count_more() -> None:
    # Items 0, 1, 2 and people 3, 4: item 0 is two steps from 1 and four from 2.
    found = met(graph(SHOP, items=3), np.array([[0, 3, 1, 4, 2]])).toarray()
    near, far = 1 - 1 / WINDOW, 1 - 3 / WINDOW
    assert found == pytest.approx(np.array([[0, near, far], [near, 0, near], [far, near, 0]]))
