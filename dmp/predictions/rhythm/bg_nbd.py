"""BG/NBD and MBG/NBD: people buy at a steady rate until, after some purchase, they are gone.

Fader, Hardie and Lee 2005 ("Counting your customers the easy way", Marketing Science 24(2), equations 6 and 10);
modified so that somebody may be gone right after the first purchase: Batislam, Denizel and Filiztekin 2007;
Hoppe and Wagner 2007. Rates vary by Gamma(r, alpha) (alpha in days), chances of leaving by Beta(a, b).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dmp.predictions.rhythm.histories import Histories

SINGULAR = 1e-7  # the formula's limits at a = 1 and at c = 0 are met from this far


@dataclass(frozen=True)
class BgNbd:
    """Parameters of the model; `may_leave_at_first` is the modification."""

    r: float
    alpha: float
    a: float
    b: float
    may_leave_at_first: bool = False

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")

    def log_likelihood(self, histories: Histories) -> np.ndarray:
        """Return the natural logarithm of each history's density."""
        still_here, gone = self._log_paths(histories)
        return self._log_rate(histories) + np.logaddexp(still_here, gone)

    def log_no_purchase(self, histories: Histories, days: float) -> np.ndarray:
        """Return the logarithm of the chance that nothing is bought in the next `days`, given the history.

        Exact: the history with nothing added is a history too, so the chance is a ratio of likelihoods.
        """
        before = np.logaddexp(*self._log_paths(histories))
        return np.minimum(np.logaddexp(*self._log_paths(histories.after(days))) - before, 0.0)

    def still_here(self, histories: Histories) -> np.ndarray:
        """Return the chance that each person is not gone yet."""
        still_here, gone = self._log_paths(histories)
        return np.exp(still_here - np.logaddexp(still_here, gone))

    def expected(self, histories: Histories, days: float) -> np.ndarray:
        """Return the expected number of purchase days in the next `days`.

        Equation 10 after Euler's transformation, which keeps it finite for long histories and near a = 1; kept between
        what it cannot fall below, the chance of one purchase, and what it cannot exceed, a rate without leaving.
        """
        from scipy.special import hyp2f1

        a = self.a + SINGULAR if abs(self.a - 1) < SINGULAR else self.a
        left = self.b + histories.repeats + self.may_leave_at_first
        c = a + left - 1
        c = np.where(np.abs(c) < SINGULAR, SINGULAR, c)
        share = days / (self.alpha + histories.age + days)
        series = hyp2f1(a - 1, a + left - 1 - self.r - histories.repeats, c, share)
        with np.errstate(all="ignore"):
            of_those_here = c / (a - 1) * (1 - (1 - share) ** (a - 1) * series)
        steady = (self.r + histories.repeats) / (self.alpha + histories.age) * days
        here = self.still_here(histories)
        one = -np.expm1(self.log_no_purchase(histories, days))
        return np.clip(np.nan_to_num(of_those_here) * here, one, np.maximum(steady * here, one))

    def _log_rate(self, histories: Histories) -> np.ndarray:
        from scipy.special import gammaln

        total = self.r + histories.repeats
        return np.asarray(gammaln(total) - gammaln(self.r) + self.r * np.log(self.alpha))

    def _log_paths(self, histories: Histories) -> tuple[np.ndarray, np.ndarray]:
        """The two ways to nothing since the last purchase: not gone, or gone at it."""
        from scipy.special import betaln

        total, chances = self.r + histories.repeats, histories.repeats + self.may_leave_at_first
        stayed = betaln(self.a, self.b + chances) - betaln(self.a, self.b)
        still_here = stayed - total * np.log(self.alpha + histories.age)
        left = betaln(self.a + 1, self.b + np.maximum(chances, 1) - 1) - betaln(self.a, self.b)
        gone = np.where(chances > 0, left - total * np.log(self.alpha + histories.last), -np.inf)
        return still_here, gone
