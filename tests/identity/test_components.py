"""Which identifiers are one person, against what a matrix says of the same links."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dmp.identity.components import components

Links = list[tuple[int, int]]


def sets(found: list[list[int]]) -> set[frozenset[int]]:
    return {frozenset(members) for members in found}


def random_links(seed: int, count: int = 40) -> Links:
    rng = np.random.default_rng(seed)
    return [
        (int(one), int(other))
        for one, other in rng.integers(0, count, (rng.integers(5, 60), 2))
        if one != other
    ]


def reachable(count: int, links: Links) -> set[frozenset[int]]:
    """Return the connected components by squaring the matrix of links until nothing new is reached."""
    reach = np.eye(count, dtype=bool)
    for one, other in links:
        reach[one, other] = reach[other, one] = True
    for _ in range(count.bit_length()):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    return {frozenset(np.flatnonzero(row).tolist()) for row in reach}


@pytest.mark.parametrize("seed", range(30))
def test_people_are_the_connected_components_of_their_links(seed: int) -> None:
    links = random_links(seed)
    assert sets(components(range(40), links)[0]) == reachable(40, links)


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_links_changes_no_component(seed: int) -> None:
    links = random_links(seed)
    shuffled = np.random.default_rng(seed + 100).permutation(links)
    turned = [(int(other), int(one)) for one, other in shuffled]
    assert sets(components(range(40), links)[0]) == sets(components(range(40), turned)[0])


def test_a_loop_of_links_is_one_person() -> None:
    loop = [(1, 2), (2, 3), (3, 1), (2, 1)]
    assert sets(components([1, 2, 3], loop)[0]) == {frozenset({1, 2, 3})}


def test_a_person_stops_growing_at_the_limit_and_the_links_left_out_are_told() -> None:
    chain = list(pairwise(range(6)))
    found, refused = components(range(6), chain, most=3)
    assert sets(found) == {frozenset({0, 1, 2}), frozenset({3, 4, 5})}
    assert refused == {3: 4}


def test_a_pair_kept_apart_stays_apart_whatever_leads_from_one_to_the_other() -> None:
    links = [(1, 2), (2, 3), (3, 4)]
    found, _ = components([1, 2, 3, 4], links, apart={1: {4}, 4: {1}})
    assert sets(found) == {frozenset({1, 2, 3}), frozenset({4})}


def test_a_decision_to_join_needs_no_link_and_knows_no_limit() -> None:
    found, _ = components([1, 2, 3], [(1, 2)], together=[(1, 3)], most=2)
    assert frozenset({1, 3}) in sets(found)
