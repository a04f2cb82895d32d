from __future__ import annotations

import numpy as np
import pytest

from dmp.vectors.behaviour import Behaviour
from dmp.vectors.fusion import VIEWS, fit, whitened
from dmp.vectors.nonnegative import NONNEGATIVE


def test_a_whitened_view_varies_equally_in_every_direction_and_drops_those_in_which_it_does_not() -> None:
    view = np.random.default_rng(2).normal(size=(200, 3)) * [100, 1, 1] + 7
    found = whitened(np.hstack([view, view[:, :1]]))
    assert found.shape == (200, 3)
    assert found.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert found.T @ found / 200 == pytest.approx(np.eye(3), abs=1e-9)


def test_the_first_direction_is_the_one_that_all_views_share(behaviour: Behaviour) -> None:
    first = fit(behaviour, 5)[:, 0]
    world = np.repeat([1.0, -1.0], 6)
    assert abs(np.corrcoef(first, world)[0, 1]) > 0.95
    assert len(VIEWS) == 3


def test_nonnegative_vectors_are_never_negative_and_rebuild_what_people_did(behaviour: Behaviour) -> None:
    items = NONNEGATIVE.fit(behaviour, 11)
    people = NONNEGATIVE.place(behaviour.matrix, items)
    assert items.min() >= 0
    assert people.min() >= 0
    matrix = behaviour.matrix.toarray()
    assert np.linalg.norm(matrix - people @ items.T) < 0.3 * np.linalg.norm(matrix)
