"""The models by name, and how each is fitted to histories; their formulas live in their own files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np

from dmp.predictions.rhythm.bg_nbd import BgNbd
from dmp.predictions.rhythm.fitting import DAYS, SHAPES, fit_parameters
from dmp.predictions.rhythm.histories import Histories
from dmp.predictions.rhythm.pareto_nbd import ParetoNbd


class RhythmModel(Protocol):
    """A fitted model: what it makes of a history."""

    def log_likelihood(self, histories: Histories) -> np.ndarray:
        """Return the natural logarithm of each history's density."""

    def log_no_purchase(self, histories: Histories, days: float) -> np.ndarray:
        """Return the logarithm of the chance that nothing is bought in the next `days`."""

    def still_here(self, histories: Histories) -> np.ndarray:
        """Return the chance that each person is not gone yet."""

    def expected(self, histories: Histories, days: float) -> np.ndarray:
        """Return the expected number of purchase days in the next `days`."""


def _modified(r: float, alpha: float, a: float, b: float) -> BgNbd:
    return BgNbd(r, alpha, a, b, may_leave_at_first=True)


Builder = tuple[Callable[..., RhythmModel], Sequence[float], Sequence[tuple[float, float]]]
# Where the search begins: a purchase a month, a quarter of the people leaving after each, or within months.
BUILDERS: dict[str, Builder] = {
    "bg_nbd": (BgNbd, (1.0, 30.0, 1.0, 3.0), (SHAPES, DAYS, SHAPES, SHAPES)),
    "mbg_nbd": (_modified, (1.0, 30.0, 1.0, 3.0), (SHAPES, DAYS, SHAPES, SHAPES)),
    "pareto_nbd": (ParetoNbd, (1.0, 30.0, 1.0, 100.0), (SHAPES, DAYS, SHAPES, DAYS)),
}


def build(name: str, parameters: Sequence[float]) -> RhythmModel:
    """Return the model of this name with these parameters."""
    return BUILDERS[name][0](*parameters)


def fit(name: str, histories: Histories) -> tuple[float, ...]:
    """Return the parameters of the model `name` that fit the histories best: the same for any order of them."""
    grouped = histories.grouped()
    table = np.stack([grouped.repeats, grouped.last, grouped.age, grouped.weight])
    return _fitted(name, table.tobytes())


@lru_cache(maxsize=32)
def _fitted(name: str, content: bytes) -> tuple[float, ...]:
    """Several candidates ask for one model of the same histories; its search takes up to a second."""
    grouped = Histories(*np.frombuffer(content).reshape(4, -1))
    builder, ordinary, bounds = BUILDERS[name]

    def log_likelihood(parameters: np.ndarray) -> float:
        return float(builder(*parameters).log_likelihood(grouped) @ grouped.weight)

    return fit_parameters(log_likelihood, ordinary, bounds)
