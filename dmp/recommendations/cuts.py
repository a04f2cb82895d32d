"""Which days are cuts: where the ranker learns, where it is measured, and how far each cut looks ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

# Enough lists to learn from, recent enough to resemble the days to come.
_TRAINING_CUTS = 3


@dataclass(frozen=True)
class Cuts:
    """Outcomes of a cut are those of the `window_days` after it; those of training cuts end by the evaluation
    cut.
    """

    training: tuple[date, ...]
    evaluation: date
    window_days: int

    def window_end(self, cut: date) -> date:
        """Last day of a cut's outcomes."""
        return cut + timedelta(days=self.window_days)


def weekly_cut(first_date: date, as_of_date: date) -> date:
    """Return the last Sunday of the log, or `as_of_date` where the log holds no Sunday."""
    sunday = as_of_date - timedelta(days=(as_of_date.weekday() + 1) % 7)
    return sunday if sunday >= first_date else as_of_date


def ranking_cuts(first_date: date, day_count: int, last_date: date, evaluation: date | None = None) -> Cuts:
    """Return the cuts of a log of `day_count` days whose outcomes are known up to `last_date`.

    The window is an eighth of the log, 1 to 30 days. Training cuts lie one to three windows before the
    evaluation cut, as far as one window of history is left before them; `evaluation` moves the evaluation cut
    for a back-test.
    """
    window_days = min(30, max(1, day_count // 8))
    evaluation = evaluation or last_date - timedelta(days=window_days)
    before = (evaluation - timedelta(days=window_days * step) for step in range(_TRAINING_CUTS, 0, -1))
    training = tuple(cut for cut in before if cut >= first_date + timedelta(days=window_days - 1))
    return Cuts(training, evaluation, window_days)
