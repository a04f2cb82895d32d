"""Turn a new basis into the axes of an older one, so that vectors of different weeks can be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from dmp.vectors.basis import Basis

# With fewer items in common than this many times the dimensions, the turn would follow chance.
_FEWEST_ITEMS_PER_DIMENSION = 1


@dataclass(frozen=True)
class Alignment:
    """A basis in the axes of another, by `common_count` items; `drift` is 0 where those kept their places, 1 at most.

    `drift`: share of the common items' squared length (both bases scaled alike) that no turn brings together.
    """

    basis: Basis
    common_count: int
    drift: float


def aligned(basis: Basis, older: Basis) -> Alignment | None:
    """Turn `basis` so that the items in common lie as near as possible to where they lay in `older`.

    Orthogonal Procrustes (Schoenemann 1966): lengths and inner products stay, only the axes are others. None where
    too few items are in common.
    """
    _, new_rows, old_rows = np.intersect1d(basis.items, older.items, return_indices=True)
    width = max(basis.vectors.shape[1], older.turn.shape[1])
    if len(new_rows) < _FEWEST_ITEMS_PER_DIMENSION * width:
        return None
    new, old = basis.vectors[new_rows], _widened(older.turned[old_rows], width)
    left, values, right = np.linalg.svd(new.T @ old, full_matrices=False)
    lengths = float(np.sqrt((new**2).sum() * (old**2).sum()))
    name = sha256(f"{basis.basis_id} in the axes of {older.basis_id}".encode()).hexdigest()[:16]
    turned = replace(basis, basis_id=name, turn=left @ right)
    return Alignment(turned, len(new_rows), round(1 - float(values.sum()) / max(lengths, 1e-12), 6))


def _widened(vectors: np.ndarray, width: int) -> np.ndarray:
    return np.pad(vectors, ((0, 0), (0, width - vectors.shape[1])))
