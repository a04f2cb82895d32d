"""Which cuts waits are learned from and tested on; no table is read here. A cut means the end of its day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dmp.predictions.cuts import HISTORY_DAYS, NotLearnable

FOLLOWED_DAYS = (90, 56, 28, 14)  # how long people of the test cut are watched: as long as the log allows
SPACING_WEEKS = 7  # neighbouring cuts say much the same; five of them reach half a year back
MOST_CUTS = 5
SHORTEST_WAIT_DAYS = 14


@dataclass(frozen=True)
class Windows:
    """Test and earlier cut with the cuts known before each; `newest`: the cuts of the model that is used.

    People of `test` are watched for `followed_days`. `earlier` is None where the log is too short for a third window.
    """

    learned_on: date
    followed_days: int
    newest: tuple[date, ...]
    test: date
    before_test: tuple[date, ...]
    earlier: date | None
    before_earlier: tuple[date, ...]

    @property
    def all(self) -> tuple[date, ...]:
        """Every day whose metrics are read, ascending."""
        single = {self.test, *([self.earlier] if self.earlier else [])}
        return tuple(sorted({*self.newest, *self.before_test, *self.before_earlier, *single}))


def plan_windows(
    known_cuts: Sequence[date], first_date: date, learned_on: date, delay_days: int = 0
) -> Windows:
    """Choose the cuts: whoever is tested is later than all that was known when the model was learned.

    `delay_days`: how long it takes until an event shows. Raises NotLearnable when the log is too short.
    """
    oldest = first_date + timedelta(days=HISTORY_DAYS - 1)
    cuts = sorted(cut for cut in known_cuts if cut >= oldest)
    for followed in FOLLOWED_DAYS:
        test = _newest_before(cuts, learned_on, delay_days + followed)
        before_test = _spaced(cuts, test, delay_days)
        if test and before_test:
            earlier = _newest_before(cuts, test, delay_days + followed)
            before_earlier = _spaced(cuts, earlier, delay_days)
            newest = _spaced(cuts, learned_on, delay_days)
            kept = earlier if before_earlier else None
            return Windows(learned_on, followed, newest, test, before_test, kept, before_earlier)
    length = (learned_on - first_date).days + 1
    needed = HISTORY_DAYS + 2 * delay_days + SHORTEST_WAIT_DAYS + FOLLOWED_DAYS[-1] + 14
    raise NotLearnable(
        f"log of {length} days (to {learned_on}) is too short to tell how long people wait: "
        f"about {needed} are needed"
    )


def _newest_before(cuts: list[date], day: date, days: int) -> date | None:
    return max((cut for cut in cuts if cut + timedelta(days=days) <= day), default=None)


def _spaced(cuts: list[date], known_until: date | None, delay_days: int) -> tuple[date, ...]:
    """Cuts at which people were watched for a while before `known_until`: one in seven, whatever the week."""
    if known_until is None:
        return ()
    wait = timedelta(days=delay_days + SHORTEST_WAIT_DAYS)
    ripe = [cut for cut in cuts if cut + wait <= known_until]
    spaced = [cut for cut in ripe if cut.toordinal() // 7 % SPACING_WEEKS == 0]
    return tuple((spaced or ripe[-1:])[-MOST_CUTS:])
