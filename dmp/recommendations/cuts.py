"""Which days are cuts: where the ranker learns, where it is measured, and how far each cut looks ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dmp.list_evaluation import ListEvaluation

# Enough lists to learn from, recent enough to resemble the days to come.
_TRAINING_CUTS = 3


@dataclass(frozen=True)
class Cuts:
    """Outcomes of a cut are those of the `window_days` after it; those of training cuts end `gap_days` before the
    evaluation cut. What a cut is told from was learned `gap_days` before it.
    """

    training: tuple[date, ...]
    evaluation: date
    window_days: int
    gap_days: int = 0

    def window_end(self, cut: date) -> date:
        """Last day of a cut's outcomes."""
        return cut + timedelta(days=self.window_days)


def weekly_cut(first_date: date, as_of_date: date) -> date:
    """Return the last Sunday of the log, or `as_of_date` where the log holds no Sunday."""
    sunday = as_of_date - timedelta(days=(as_of_date.weekday() + 1) % 7)
    return sunday if sunday >= first_date else as_of_date


def ranking_cuts(
    first_date: date,
    day_count: int,
    last_date: date,
    evaluation: date | None = None,
    chosen: ListEvaluation | None = None,
) -> Cuts:
    """Return the cuts of a log of `day_count` days whose outcomes are known up to `last_date`.

    The window is an eighth of the log, 1 to 30 days, unless the owner chose it. Training cuts lie one to three windows
    before the evaluation cut and its gap, as far as one window of history is left before them; `evaluation` moves the
    evaluation cut for a back-test.
    """
    chosen = chosen or ListEvaluation()
    window_days, gap_days = chosen.window_days or min(30, max(1, day_count // 8)), chosen.learning_gap_days
    evaluation = evaluation or last_date - timedelta(days=window_days)
    newest = evaluation - timedelta(days=gap_days)
    before = (newest - timedelta(days=window_days * step) for step in range(_TRAINING_CUTS, 0, -1))
    oldest = first_date + timedelta(days=gap_days + window_days - 1)
    return Cuts(tuple(cut for cut in before if cut >= oldest), evaluation, window_days, gap_days)
