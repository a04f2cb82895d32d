"""What is waited for, as data: the next purchase, and falling silent; how it is learned belongs elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from dmp.predictions.timing.periods import STEPS
from dmp.predictions.timing.waits import SILENCE_DAYS, asked, purchase_waits, silence_waits, silent


@dataclass(frozen=True)
class TimedEvent:
    """One event in people's lives.

    `waits` takes metrics at cuts, dated events and the day until which they are known; `asked` gives people of today
    their clock. `table` tells the chance of the event within each of `told_days`. An event shows `delay_days` late.
    `offset_days`: how far the clock is ahead of the calendar.
    """

    name: str
    table: str
    told_days: tuple[int, ...]
    waits: Callable[[pd.DataFrame, pd.DataFrame, date], pd.DataFrame]
    asked: Callable[[pd.DataFrame], pd.DataFrame]
    delay_days: int = 0
    offset_days: int = 0

    @property
    def is_spread_out(self) -> bool:
        """Whether waits end on all days alike, so that levels of a distribution can be compared with what happened.

        Half the people may be silent already, which is one day for all of them.
        """
        return self.offset_days == 0

    @property
    def is_purchase(self) -> bool:
        """Whether orders are waited for, or any activity."""
        return self.waits is purchase_waits

    @property
    def edges(self) -> np.ndarray:
        """Edges of the periods ahead, on the clock."""
        ahead = np.array(STEPS) + self.offset_days
        return np.unique(np.concatenate([[0.0], ahead]))

    @property
    def grid(self) -> np.ndarray:
        """Days ahead at which curves are told, on the clock: weeks up to half a year."""
        weeks = np.arange(0.0, STEPS[-1] + 1, 7.0) + self.offset_days
        return np.unique(np.concatenate([[0.0], weeks]))


NEXT_PURCHASE = TimedEvent("next_purchase", "purchase_times", (7, 30, 90, 180), purchase_waits, asked)
SILENCE = TimedEvent(
    "silence",
    "silence_times",
    (0, 30, 90, 180),
    silence_waits,
    silent,
    delay_days=SILENCE_DAYS,
    offset_days=1,
)
TIMED_EVENTS = (NEXT_PURCHASE, SILENCE)
