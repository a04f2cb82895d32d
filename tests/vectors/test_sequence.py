"""What the representation by sequences tells that no other can, and what it learns from."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from dmp.vectors.basis import Basis, fitted_basis, item_vectors, user_vectors
from dmp.vectors.behaviour import Behaviour
from dmp.vectors.factorisation import FACTORISATION
from dmp.vectors.item_order import LENGTH, NOTHING
from dmp.vectors.sequence import SEQUENCE

pytest.importorskip("jax", reason="needs the extra sequence")
START = date(2024, 1, 1)


def behaviour_of(sequences: list[str]) -> Behaviour:
    """Each person turns to one item a day, all alike but for the order."""
    rows = [
        (person, START + timedelta(days=day), item)
        for person, items in enumerate(sequences)
        for day, item in enumerate(items)
    ]
    days = pd.DataFrame(rows, columns=["user_key", "event_date", "item_id"])
    return Behaviour(days[["user_key", "item_id"]].assign(points=10.0), days)


# After "ab" comes c, after "ba" comes d; the others are there to be told apart from.
LEARNED = ["abc", "bad"] * 40 + ["efgh", "ijkl"] * 10


@pytest.fixture(scope="module")
def basis() -> Basis:
    found = fitted_basis(behaviour_of(LEARNED), SEQUENCE)
    assert found is not None
    return found


def scores(basis: Basis | None, asked: list[str]) -> pd.DataFrame:
    """Return people x items."""
    items, people = item_vectors(basis), user_vectors(behaviour_of(asked), basis)
    found = np.stack(people["vector"]) @ np.stack(items["vector"]).T
    return pd.DataFrame(found, columns=items["item_id"], index=people["user_key"])


def test_the_order_of_the_same_items_decides_what_comes_next(basis: Basis) -> None:
    found = scores(basis, ["ab", "ba"])
    assert found.idxmax(axis=1).tolist() == ["c", "d"]
    without_order = scores(fitted_basis(behaviour_of(LEARNED), FACTORISATION), ["ab", "ba"])
    assert without_order.loc[0].to_numpy() == pytest.approx(without_order.loc[1].to_numpy())


def test_who_knows_no_item_has_no_vector_and_no_history_is_placed_at_zero(basis: Basis) -> None:
    assert user_vectors(behaviour_of(["ab", "yz"]), basis)["user_key"].tolist() == [0]
    nobody = np.full((1, 2, LENGTH), NOTHING, dtype=np.int32)
    assert not basis.place(nobody, basis.vectors).any()


def test_where_a_person_stands_among_others_changes_no_bit(basis: Basis) -> None:
    acts = behaviour_of(LEARNED).known(basis.items, "days")
    assert np.array_equal(basis.place(acts, basis.vectors)[::-1], basis.place(acts[::-1], basis.vectors))


def test_what_is_to_be_foretold_is_of_the_person_s_next_active_day() -> None:
    from dmp.vectors.sequence_learning import next_acts

    # Person 0: items 1 and 2 on one day, then 3 and 4; person 1: item 5, then 6.
    items, person = np.array([1, 2, 3, 4, 5, 6]), np.array([0, 0, 0, 0, 1, 1])
    days_ago = np.array([1, 1, 0, 0, 1, 0])
    random = np.random.default_rng(0)
    drawn = np.array([next_acts(items, person, days_ago, random) for _ in range(50)])
    assert [set(column.tolist()) for column in drawn.T] == [
        {3, 4},
        {3, 4},
        {NOTHING},
        {NOTHING},
        {6},
        {NOTHING},
    ]


def test_the_loss_over_drawn_items_is_near_that_over_all_of_them() -> None:
    from dmp.vectors.causal_attention import started
    from dmp.vectors.sequence_learning import loss

    random = np.random.default_rng(0)
    weights = started(3000, 16, LENGTH, random)
    weights["items"] = weights["items"] * 20
    batch = random.integers(0, 3000, (4, 4, LENGTH)).astype(np.int32)
    batch[1], batch[2] = 0, np.arange(LENGTH)[::-1]
    over = [
        float(loss(weights, batch, np.sort(random.choice(3000, count, replace=False)), None))
        for count in (3000, 1000)
    ]
    assert over[1] == pytest.approx(over[0], rel=0.02)
