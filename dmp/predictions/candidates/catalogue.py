"""Who competes, the simplest first: of two that are equally good, the earlier one is used. A candidate is one entry."""

from __future__ import annotations

from dmp.predictions.candidates.boosted_trees import BoostedTrees
from dmp.predictions.candidates.candidate import Candidate
from dmp.predictions.candidates.linear import Line
from dmp.predictions.candidates.naive_rate import NaiveRate
from dmp.predictions.candidates.own_rate import OwnRate
from dmp.predictions.candidates.rhythm import Rhythm
from dmp.predictions.candidates.seasonal_rate import SeasonalRate
from dmp.predictions.candidates.with_rhythm import WithRhythm

CANDIDATES: tuple[Candidate, ...] = (
    NaiveRate(),
    SeasonalRate(),
    Line(
        "recency",
        only=("purchase_recency_days",),
        regularisation=float("inf"),
        answers=frozenset({"chance"}),
    ),
    OwnRate(),
    Rhythm("bg_nbd"),
    Rhythm("mbg_nbd"),
    Rhythm("pareto_nbd"),
    Line("logistic", answers=frozenset({"chance"})),
    Line("poisson", answers=frozenset({"amount"})),
    WithRhythm("line_with_rhythm", Line("line_with_rhythm")),
    BoostedTrees(),
    BoostedTrees("lightgbm_from_pareto_nbd", start=Rhythm("pareto_nbd")),
)
BY_NAME = {candidate.name: candidate for candidate in CANDIDATES}
