"""Which days are learned from: cuts, horizons and the untouched window; no table is read here.

All dates are days in the home's time zone; a cut means its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dmp.settings import DmpError

HISTORY_DAYS = 28  # a first cut with less behind it has no monthly rhythm to learn from
CUT_COUNT = 6
CUT_STEP = 2  # every second Sunday of a quarter: windows of neighbouring weeks overlap nearly whole
BACK_TEST_COUNT = 3
BACK_TEST_GAP_DAYS = 14  # nearer cuts would ask the same people about nearly the same days
BACK_TEST_CUT_COUNT = 2  # neighbouring weeks tell nearly the same, and the cost grows with each
VINTAGE_GAP_DAYS = 28  # the older vintage knows four weekly cuts less


class NotLearnable(DmpError):  # noqa: N818 - it states a fact about the log, not a fault
    """The log cannot carry this target yet; the message is the published reason."""


@dataclass(frozen=True)
class BackTest:
    """One rehearsal before the test window: learn at `training`, be judged on (cut, cut + horizon]."""

    cut: date
    training: tuple[date, ...]


@dataclass(frozen=True)
class Cuts:
    """The days of one target: a test cut and, per vintage, the training cuts, newest last."""

    learned_on: date
    test: date
    new: tuple[date, ...]
    previous: tuple[date, ...]
    back_tests: tuple[BackTest, ...] = ()

    @property
    def all(self) -> tuple[date, ...]:
        """Every day whose metrics are read, ascending."""
        rehearsed = {day for one in self.back_tests for day in (one.cut, *one.training)}
        return tuple(sorted({*self.new, *self.previous, self.test, *rehearsed}))


def learning_day(as_of_date: date, first_date: date) -> date:
    """Return the last Sunday up to `as_of_date`, or `as_of_date` while the log holds no Sunday.

    What is learned knows the log up to this day alone, so that the days until the next Sunday agree.
    """
    sunday = as_of_date - timedelta(days=as_of_date.isoweekday() % 7)
    return sunday if sunday >= first_date else as_of_date


def plan_cuts(
    known_cuts: Sequence[date],
    horizon_days: int,
    first_date: date,
    learned_on: date,
    test_cut: date | None = None,
) -> Cuts:
    """Choose test and training cuts among `known_cuts`, so that no label window reaches into the test window.

    The test window (test, test + horizon] ends on or before `learned_on`; training windows end on or before
    the test cut. `test_cut` asks for one window in place of the newest. Raises NotLearnable when the log (from
    `first_date`) is too short for both.
    """
    horizon = timedelta(days=horizon_days)
    ripe = [cut for cut in known_cuts if cut + horizon <= learned_on]
    test = test_cut or max(ripe, default=learned_on)
    oldest = first_date + timedelta(days=HISTORY_DAYS - 1)
    training = sorted(cut for cut in known_cuts if oldest <= cut and cut + horizon <= test)
    if not ripe or not training:
        length = (learned_on - first_date).days + 1
        needed = HISTORY_DAYS + 2 * horizon_days
        raise NotLearnable(
            f"log of {length} days (to {learned_on}) is too short for a horizon of {horizon_days} days: "
            f"about {needed} are needed, {HISTORY_DAYS} of history and one horizon each to learn and to test"
        )
    before = [cut for cut in training if cut + timedelta(days=VINTAGE_GAP_DAYS) <= training[-1]]
    return Cuts(
        learned_on,
        test,
        _every_second(training),
        _every_second(before),
        _back_tests(training, horizon),
    )


def _every_second(cuts: Sequence[date]) -> tuple[date, ...]:
    """The newest of ascending `cuts` and those CUT_STEP before each other, CUT_COUNT of them at most, ascending."""
    return tuple(cuts[::-1][::CUT_STEP][:CUT_COUNT][::-1])


def _back_tests(training: Sequence[date], horizon: timedelta) -> tuple[BackTest, ...]:
    """Up to three rehearsals, newest last, whose windows end by the test cut and begin after what they learn from."""
    planned: list[BackTest] = []
    for cut in reversed(training):
        if planned and cut + timedelta(days=BACK_TEST_GAP_DAYS) > planned[-1].cut:
            continue
        behind = [day for day in training if day + horizon <= cut]
        if behind and len(planned) < BACK_TEST_COUNT:
            planned.append(BackTest(cut, tuple(behind[-BACK_TEST_CUT_COUNT:])))
    return tuple(reversed(planned))
