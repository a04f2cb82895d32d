"""Bases of different weeks in the same axes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dmp.vectors.alignment import aligned
from dmp.vectors.basis import Basis
from dmp.vectors.catalogue import DEFAULT
from dmp.vectors.space import Space, turned_into

ITEMS = np.array([f"item{number:02d}" for number in range(30)], dtype=object)


def basis(vectors: np.ndarray, name: str, items: np.ndarray = ITEMS) -> Basis:
    return Basis(DEFAULT, name, items, vectors, np.eye(vectors.shape[1]))


@pytest.fixture
def vectors() -> np.ndarray:
    return np.random.default_rng(5).normal(size=(30, 4))


@pytest.fixture
def rotation() -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(6).normal(size=(4, 4)))[0]


def test_a_basis_in_other_axes_is_turned_back_exactly(vectors: np.ndarray, rotation: np.ndarray) -> None:
    found = aligned(basis(vectors @ rotation, "new"), basis(vectors, "old"))
    assert found is not None
    assert found.basis.turned == pytest.approx(vectors, abs=1e-6)
    assert found.drift == pytest.approx(0, abs=1e-6)
    assert found.common_count == 30


def test_only_items_in_common_say_how_to_turn(vectors: np.ndarray, rotation: np.ndarray) -> None:
    later = ITEMS.copy()
    later[:10] = [f"new{number}" for number in range(10)]
    order = np.argsort(later)
    found = aligned(basis((vectors @ rotation)[order], "new", later[order]), basis(vectors, "old"))
    assert found is not None and found.common_count == 20
    assert found.basis.turned == pytest.approx(vectors[order], abs=1e-6)


def test_turning_keeps_inner_products(vectors: np.ndarray) -> None:
    new = basis(np.random.default_rng(7).normal(size=(30, 4)), "new")
    found = aligned(new, basis(vectors, "old"))
    assert found is not None and found.basis.turned @ found.basis.turned.T == pytest.approx(
        new.vectors @ new.vectors.T, abs=1e-4
    )


def test_drift_grows_with_what_moved(vectors: np.ndarray, rotation: np.ndarray) -> None:
    noise = np.random.default_rng(8).normal(size=vectors.shape)
    drifts = [
        found.drift
        for amount in (0.01, 0.3, 3)
        if (found := aligned(basis((vectors + amount * noise) @ rotation, "new"), basis(vectors, "old")))
    ]
    assert 0 < drifts[0] < 0.01 < drifts[1] < 0.2 < drifts[2] < 1


@pytest.mark.parametrize(("new_width", "old_width"), [(3, 4), (4, 3)])
def test_a_basis_with_more_or_fewer_dimensions_can_be_turned(
    vectors: np.ndarray, new_width: int, old_width: int
) -> None:
    new = basis(vectors[:, :new_width], "new")
    found = aligned(new, basis(vectors[:, :old_width], "old"))
    assert found is not None and found.basis.turned.shape == (30, 4)
    assert found.basis.turned @ found.basis.turned.T == pytest.approx(new.vectors @ new.vectors.T, abs=1e-4)


def test_the_name_of_a_turned_basis_tells_whose_axes_it_has(vectors: np.ndarray) -> None:
    new, old = basis(vectors, "new"), basis(vectors, "old")
    names = [
        found.basis.basis_id for one in (old, replace(old, basis_id="other")) if (found := aligned(new, one))
    ]
    assert len({*names, "new"}) == 3


def test_a_chain_of_bases_is_one_space_until_too_few_items_are_in_common(
    vectors: np.ndarray, rotation: np.ndarray
) -> None:
    space = turned_into(Space.empty(), date(2024, 1, 7), basis(vectors, "first"))
    space = turned_into(space, date(2024, 3, 3), basis(vectors @ rotation, "second"))
    space = turned_into(space, date(2024, 4, 7), None)
    strangers = np.array([f"stranger{number:02d}" for number in range(30)], dtype=object)
    space = turned_into(space, date(2024, 5, 5), basis(vectors, "third", strangers))
    table = space.table()
    assert table["space"].tolist() == ["first", "first", "third"]
    assert table["turned_to"].isna().tolist() == [True, False, True]
    assert table["common_item_count"].tolist()[1] == 30
    assert space.newest is not None and space.newest.basis_id == "third"
