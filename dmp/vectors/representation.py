"""What a representation is: how items get vectors at a weekly cut, and how people are placed among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from dmp.vectors.behaviour import Behaviour

DIMENSIONS = 64


def projected(matrix: Any, items: np.ndarray) -> np.ndarray:
    """Return people x dimensions: each person is the sum of the items' vectors, by the weights in `matrix`."""
    return np.asarray(matrix @ items)


Place = Callable[[Any, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Fitted:
    """What was learned at a cut: `vectors` of items, items x dimensions, and how people are placed among them."""

    vectors: np.ndarray
    place: Place = projected


@dataclass(frozen=True)
class Representation:
    """A way to turn behaviour into vectors; the inner product of a person's and an item's is an affinity.

    `fit` gives items x dimensions in the order of `Behaviour.items`, the same for the same behaviour; `place` gives
    people x dimensions from what is known of them and that basis, each person by their own row alone. Where placing
    is learned too, `fit` gives both. Known of people is what `places_by` names (`Behaviour.known`). `reads` names what
    `fit` needs beside points; `parameters` is part of the basis' name; `extra` names the optional extra that it needs
    and `library` what that installs.
    """

    name: str
    fit: Callable[[Behaviour, int], np.ndarray | Fitted]
    place: Place = projected
    reads: tuple[str, ...] = ()
    parameters: tuple[Any, ...] = ()
    places_by: str = "points"
    extra: str | None = None
    library: str | None = None

    def fitted(self, behaviour: Behaviour, dimensions: int) -> Fitted:
        """Fit, and say how people are placed."""
        found = self.fit(behaviour, dimensions)
        return found if isinstance(found, Fitted) else Fitted(found, self.place)

    @property
    def is_installed(self) -> bool:
        """Whether the library that it needs is there."""
        return self.library is None or find_spec(self.library) is not None
