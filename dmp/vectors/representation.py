"""What a representation is: how items get vectors at a weekly cut, and how people are placed among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dmp.vectors.behaviour import Behaviour

DIMENSIONS = 64


def projected(matrix: Any, items: np.ndarray) -> np.ndarray:
    """Return people x dimensions: each person is the sum of the items' vectors, by the weights in `matrix`."""
    return np.asarray(matrix @ items)


@dataclass(frozen=True)
class Representation:
    """A way to turn behaviour into vectors; the inner product of a person's and an item's is an affinity.

    `fit` gives items x dimensions in the order of `Behaviour.items`, the same for the same behaviour; `place` gives
    people x dimensions from sparse people x items and that basis, each person by their own row alone. `reads` names
    what `fit` needs beside points; `parameters` is part of the basis' name.
    """

    name: str
    fit: Callable[[Behaviour, int], np.ndarray]
    place: Callable[[Any, np.ndarray], np.ndarray] = projected
    reads: tuple[str, ...] = ()
    parameters: tuple[Any, ...] = ()
