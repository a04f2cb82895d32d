"""A basis: the items' vectors that a representation found at one cut, under a name that says what they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd

from dmp.vectors.behaviour import PARAMETERS, Behaviour
from dmp.vectors.representation import DIMENSIONS, Place, Representation, projected

# Below this many people or items there is no structure to find.
_SMALLEST_MATRIX = 10


@dataclass(frozen=True)
class Basis:
    """`vectors`: a row per item as fitted; `turn`: dimensions x dimensions of the published space, orthogonal rows;
    `place`: how people are placed among the vectors.

    `basis_id` names inputs, parameters and the basis it was turned to: vectors of one id can be compared.
    """

    representation: Representation
    basis_id: str
    items: np.ndarray
    vectors: np.ndarray
    turn: np.ndarray
    place: Place = projected

    @property
    def turned(self) -> np.ndarray:
        """Items x dimensions of the published space."""
        return np.asarray(np.round(self.vectors @ self.turn, 6))


def fitted_basis(behaviour: Behaviour, representation: Representation) -> Basis | None:
    """Fit a basis in its own axes; None where people or items are too few. Sums need one thread to be the same."""
    smallest = min(len(behaviour.users), len(behaviour.items))
    if smallest < _SMALLEST_MATRIX:
        return None
    found = representation.fitted(behaviour, min(DIMENSIONS, smallest - 1))
    vectors = np.round(found.vectors, 6)
    name, identity = _basis_id(behaviour, representation), np.eye(vectors.shape[1])
    return Basis(representation, name, behaviour.items, vectors, identity, found.place)


def _basis_id(behaviour: Behaviour, representation: Representation) -> str:
    name = sha256(repr((representation.name, representation.parameters, DIMENSIONS, PARAMETERS)).encode())
    for read in ("points", *representation.reads):
        if (table := getattr(behaviour, read)) is not None:
            rows = table.sort_values(list(table.columns))
            name.update(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes())
    return name.hexdigest()[:16]


def item_vectors(basis: Basis | None) -> pd.DataFrame:
    """Return item_id, basis, vector (list of float), one row per item; empty without a basis."""
    if basis is None:
        return pd.DataFrame({"item_id": pd.Series(dtype=str), "basis": pd.Series(dtype=str), "vector": []})
    return pd.DataFrame({"item_id": basis.items, "basis": basis.basis_id, "vector": _lists(basis.turned)})


def user_vectors(behaviour: Behaviour, basis: Basis | None) -> pd.DataFrame:
    """Place people on a basis by what is known of them: user_key, basis, vector, one row per person.

    Who knows no item of the basis is left out. The inner product of a person's and an item's vector is the person's
    affinity to the item.
    """
    is_known = behaviour.points["item_id"].isin([] if basis is None else basis.items)
    if basis is None or not is_known.any():
        return pd.DataFrame(
            {"user_key": pd.Series(dtype="int64"), "basis": pd.Series(dtype=str), "vector": []}
        )
    users = np.unique(behaviour.points.loc[is_known, "user_key"])
    known = behaviour.known(basis.items, basis.representation.places_by)
    placed = basis.place(known[np.searchsorted(behaviour.users, users)], basis.vectors)
    vectors = np.round(placed @ basis.turn, 6)
    return pd.DataFrame({"user_key": users, "basis": basis.basis_id, "vector": _lists(vectors)})


def _lists(vectors: np.ndarray) -> Sequence[np.ndarray]:
    return list(vectors.astype(np.float32))
