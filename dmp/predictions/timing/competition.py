"""Which model of waits is used: the one whose curves came closest to what happened after a later cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from dmp.predictions.candidates.boosted_trees import BoostedTrees, Growth
from dmp.predictions.candidates.linear import Line
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.timing.adjustment import Adjustment, learn_levels, learn_spread
from dmp.predictions.timing.boosted_hazard import BoostedHazard
from dmp.predictions.timing.curves import Curves
from dmp.predictions.timing.hazard import FittedHazard, Hazard
from dmp.predictions.timing.measures import (
    concordance,
    coverage,
    coverage_of_observed,
    integrated_brier,
    largest_level_gap,
)
from dmp.predictions.timing.proportional_hazards import ProportionalHazards
from dmp.predictions.timing.timed_events import TimedEvent
from dmp.predictions.timing.two_part import TwoParts
from dmp.predictions.timing.waits import COLUMNS
from dmp.predictions.timing.windows import Windows
from dmp.predictions.training_rows import reason_not_to_learn

# The simplest first: of two that are equally good, the earlier one is used.
GROWTH = Growth(4, 0.1, 80)  # no search: it is one of three that compete
SAME, COX, TREES = ProportionalHazards("same_for_all", only=()), ProportionalHazards(), BoostedHazard()
HAZARDS: dict[bool, tuple[Hazard, ...]] = {
    True: (SAME, COX, TREES),
    False: (
        SAME,
        TwoParts("logistic_then_cox", Line("logistic"), COX),
        TwoParts("lightgbm_then_cox", BoostedTrees(growth=GROWTH), COX),
    ),
}
BY_NAME = {hazard.name: hazard for group in HAZARDS.values() for hazard in group}
KEYS = {"as_of_date", "user_key", *COLUMNS}


@dataclass(frozen=True)
class Timer:
    """The model of one event that is used, and how its like fared on the test cut.

    `reach_days`: the longest wait that was watched. `metrics`: one dict per (model, metric).
    """

    event: str
    hazard: FittedHazard
    adjustment: Adjustment
    reach_days: int
    test_cut: date
    learned_on: date
    metrics: list[dict[str, Any]]

    def curves(self, people: pd.DataFrame, days: np.ndarray) -> Curves:
        """Return each person's distribution on `days` of the clock."""
        return self.adjustment.apply(self.hazard.curves(people, days))


def feature_names(history: pd.DataFrame) -> tuple[str, ...]:
    """Return every numeric metric in alphabetical order."""
    numeric = [
        str(name) for name in history if is_numeric_dtype(history[name]) and history[name].dtype != bool
    ]
    return tuple(sorted(set(numeric) - KEYS))


def choose_timer(history: pd.DataFrame, events: pd.DataFrame, timed: TimedEvent, windows: Windows) -> Timer:
    """Let all models learn what was known on the test cut, keep the best there and teach it all that is known now.

    `history`: metrics at every cut of `windows`, one row per (as_of_date, user_key); `events`: user_key, event_date.
    The smallest integrated Brier score wins. Raises NotLearnable where too few people had the event or went without.
    """
    features = feature_names(history)

    def known(cuts: Sequence[date], until: date) -> pd.DataFrame:
        waits = timed.waits(_at(history, cuts), events, until)
        if reason := reason_not_to_learn(
            waits.assign(label=waits["is_observed"].astype(int)), _span(cuts, until)
        ):
            raise NotLearnable(f"{timed.name}: {reason}")
        return waits

    learned = known(windows.before_test, windows.test)
    test = known((windows.test,), windows.learned_on)
    hazards = HAZARDS[timed.is_spread_out]
    fitted = [hazard.fit(learned, features, timed.edges) for hazard in hazards]
    curves = [one.curves(test, timed.grid) for one in fitted]
    until = float(windows.followed_days + timed.offset_days)
    briers = [integrated_brier(_waited(test), _ended(test), one, until) for one in curves]
    best = int(np.argmin(briers))
    used, raw = hazards[best], curves[best]
    adjusted, newest = raw, Adjustment()
    if windows.earlier and timed.is_spread_out:
        before = used.fit(known(windows.before_earlier, windows.earlier), features, timed.edges)
        later = known((windows.earlier,), windows.test)
        tried = [one.apply(raw) for one in _adjustments(before.curves(later, timed.grid), later, until)]
        scores = [integrated_brier(_waited(test), _ended(test), one, until) for one in tried]
        chosen = int(np.argmin(scores))
        adjusted, newest = tried[chosen], _adjustments(raw, test, until)[chosen]
    rows = [
        (one.name, _measured(test, curve, timed, until)) for one, curve in zip(fitted, curves, strict=True)
    ]
    rows.append(("adjusted", _measured(test, adjusted, timed, until)))
    return Timer(
        event=timed.name,
        hazard=used.fit(known(windows.newest, windows.learned_on), features, timed.edges),
        adjustment=newest,
        reach_days=(windows.learned_on - windows.newest[0]).days - timed.delay_days,
        test_cut=windows.test,
        learned_on=windows.learned_on,
        metrics=[
            {"model": name, "metric": metric, "value": value, "population_count": len(test)}
            for name, measured in rows
            for metric, value in measured.items()
        ],
    )


def _adjustments(curves: Curves, waits: pd.DataFrame, until: float) -> tuple[Adjustment, ...]:
    """None, the spread of people, and that with levels; which of them a season spoils, the later cut has to tell."""
    spread = learn_spread(_waited(waits), _ended(waits), curves, until)
    return Adjustment(), spread, learn_levels(_waited(waits), _ended(waits), curves, spread)


def _measured(test: pd.DataFrame, curves: Curves, timed: TimedEvent, until: float) -> dict[str, float]:
    waits, is_observed = _waited(test), _ended(test)
    measured = {
        "concordance": concordance(waits, is_observed, -curves.expected_days()),
        "integrated_brier": integrated_brier(waits, is_observed, curves, until),
        "observed_share": float(is_observed.mean()),
        "expected_share": float(curves.happened_by(until).mean()),
        "followed_days": until - timed.offset_days,
    }
    if timed.is_spread_out:
        measured["interval_coverage"] = coverage_of_observed(waits, is_observed, curves, until)
        measured["interval_coverage_of_all"] = coverage(waits, is_observed, curves)
        measured["largest_level_gap"] = largest_level_gap(waits, is_observed, curves)
    return measured


def _waited(waits: pd.DataFrame) -> np.ndarray:
    return (waits["exit_days"] - waits["entry_days"]).to_numpy(dtype="float64")


def _ended(waits: pd.DataFrame) -> np.ndarray:
    return waits["is_observed"].to_numpy(dtype=bool)


def _at(history: pd.DataFrame, cuts: Sequence[date]) -> pd.DataFrame:
    return history[pd.to_datetime(history["as_of_date"]).isin(pd.to_datetime(list(cuts)))]


def _span(cuts: Sequence[date], until: date) -> str:
    return f"the waits from {cuts[0]} to {until}"
