"""What holds for every representation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dmp.vectors.basis import fitted_basis, item_vectors, user_vectors
from dmp.vectors.behaviour import Behaviour
from dmp.vectors.catalogue import DEFAULT, REPRESENTATIONS
from dmp.vectors.representation import Representation

pytestmark = pytest.mark.parametrize(
    "representation",
    [
        pytest.param(
            one,
            marks=pytest.mark.skipif(not one.is_installed, reason=f"{one.name} needs the extra {one.extra}"),
        )
        for one in REPRESENTATIONS
    ],
    ids=lambda one: one.name,
)


def tables(behaviour: Behaviour, representation: Representation) -> tuple[pd.DataFrame, pd.DataFrame]:
    basis = fitted_basis(behaviour, representation)
    return item_vectors(basis), user_vectors(behaviour, basis)


def test_people_are_nearer_to_items_of_their_own_world(
    behaviour: Behaviour, representation: Representation
) -> None:
    items, people = tables(behaviour, representation)
    scores = np.stack(people["vector"]) @ np.stack(items["vector"]).T
    own = np.array([[item // 6 == person % 2 for item in range(12)] for person in range(40)])
    assert (scores[own].reshape(40, 6).mean(axis=1) > scores[~own].reshape(40, 6).mean(axis=1) + 0.1).all()


def test_there_is_one_finite_vector_per_item_and_person(
    behaviour: Behaviour, representation: Representation
) -> None:
    for table, count in zip(tables(behaviour, representation), (12, 40), strict=True):
        vectors = np.stack(table["vector"])
        assert vectors.shape == (count, 11)
        assert np.isfinite(vectors).all()
        assert (np.linalg.norm(vectors, axis=1) > 0).all()


def test_the_order_of_rows_changes_no_bit(behaviour: Behaviour, representation: Representation) -> None:
    shuffled = Behaviour(
        *(
            getattr(behaviour, name).sample(frac=1, random_state=3, ignore_index=True)
            for name in ("points", "days", "attributes")
        )
    )
    for first, second in zip(
        tables(behaviour, representation), tables(shuffled, representation), strict=True
    ):
        assert first.drop(columns="vector").equals(second.drop(columns="vector"))
        assert np.stack(first["vector"]).tobytes() == np.stack(second["vector"]).tobytes()


def test_a_new_person_is_placed_by_their_own_points_alone(
    behaviour: Behaviour, representation: Representation
) -> None:
    basis = fitted_basis(behaviour, representation)
    points, days = (
        pd.concat([table, table[table["user_key"] == 0].assign(user_key=99)])
        for table in (behaviour.points, behaviour.days)
    )
    before = user_vectors(behaviour, basis)
    after = user_vectors(replace(behaviour, points=points, days=days), basis)
    after = after.set_index("user_key")["vector"]
    assert np.array_equal(after[99], after[0])
    assert np.array_equal(np.stack(before["vector"]), np.stack(after.drop(99)))


def test_a_basis_is_named_after_what_it_was_made_of(
    behaviour: Behaviour, representation: Representation
) -> None:
    def name(one: Behaviour) -> str:
        return item_vectors(fitted_basis(one, representation))["basis"].iloc[0]

    assert name(behaviour) != name(replace(behaviour, points=behaviour.points.iloc[1:]))
    for read in ("days", "attributes"):
        changed = replace(behaviour, **{read: getattr(behaviour, read).iloc[1:]})
        assert (name(behaviour) != name(changed)) == (read in representation.reads)
    if representation is not DEFAULT:
        assert name(behaviour) != item_vectors(fitted_basis(behaviour, DEFAULT))["basis"].iloc[0]


def test_too_few_people_have_no_basis(behaviour: Behaviour, representation: Representation) -> None:
    few = replace(behaviour, points=behaviour.points[behaviour.points["user_key"] < 9])
    assert fitted_basis(few, representation) is None
