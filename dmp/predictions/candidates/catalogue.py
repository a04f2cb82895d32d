"""Who competes, the simplest first: of two that are equally good, the earlier one is used. A candidate is one entry."""

from __future__ import annotations

from dmp.predictions.candidates.boosted_trees import BoostedTrees
from dmp.predictions.candidates.candidate import Candidate
from dmp.predictions.candidates.linear import Line
from dmp.predictions.candidates.naive_rate import NaiveRate

CANDIDATES: tuple[Candidate, ...] = (
    NaiveRate(),
    Line("recency", only=("purchase_recency_days",), regularisation=float("inf")),
    Line("logistic", answers=frozenset({"chance"})),
    Line("poisson", answers=frozenset({"amount"})),
    BoostedTrees(),
)
BY_NAME = {candidate.name: candidate for candidate in CANDIDATES}
