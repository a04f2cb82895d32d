"""Bases of several weeks in one set of axes, and how far items have moved from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from dmp.vectors.alignment import aligned
from dmp.vectors.basis import Basis

_COLUMNS = {
    "basis": "str",
    "space": "str",
    "turned_to": "str",
    "representation": "str",
    "fitted_on": "object",
    "item_count": "int64",
    "dimension_count": "int64",
    "common_item_count": "Int64",
    "drift": "Float64",
}


@dataclass(frozen=True)
class Space:
    """Bases in the order of their weeks; `rows` says of each which one gave it its axes, and its drift from that."""

    newest: Basis | None
    rows: tuple[dict[str, Any], ...]

    @classmethod
    def empty(cls) -> Space:
        """Return a space in which nothing lies yet."""
        return cls(None, ())

    def is_of(self, sunday: date) -> bool:
        """Whether the newest basis is that of `sunday`."""
        return bool(self.rows) and self.rows[-1]["fitted_on"] == sunday

    def table(self) -> pd.DataFrame:
        """Return `vector_bases`: one row per basis, oldest first."""
        return pd.DataFrame(list(self.rows), columns=list(_COLUMNS)).astype(_COLUMNS)


def turned_into(space: Space, fitted_on: date, basis: Basis | None) -> Space:
    """Return the space with the basis of a later week in it; a new space where too few items are in common.

    A week without a basis leaves the space as it was, without a newest basis only if there never was one.
    """
    if basis is None:
        return space
    found = aligned(basis, space.newest) if space.newest else None
    row = {
        "basis": found.basis.basis_id if found else basis.basis_id,
        "space": space.rows[-1]["space"] if found else basis.basis_id,
        "turned_to": space.newest.basis_id if found and space.newest else None,
        "representation": basis.representation.name,
        "fitted_on": fitted_on,
        "item_count": len(basis.items),
        "dimension_count": (found.basis if found else basis).turn.shape[1],
        "common_item_count": found.common_count if found else None,
        "drift": found.drift if found else None,
    }
    return replace(space, newest=found.basis if found else basis, rows=(*space.rows, row))
