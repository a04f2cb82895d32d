"""Pareto/NBD: people buy at a steady rate until, at some moment, they are gone.

Schmittlein, Morrison and Colombo 1987, "Counting your customers", Management Science 33(1); likelihood as in Fader and
Hardie 2005, "A note on deriving the Pareto/NBD model", equation 17, its hypergeometric functions after Euler's
transformation, which keeps them near 1. Rates of buying vary by Gamma(r, alpha), of
leaving by Gamma(s, beta), alpha and beta in days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dmp.predictions.rhythm.histories import Histories


@dataclass(frozen=True)
class ParetoNbd:
    """Parameters of the model."""

    r: float
    alpha: float
    s: float
    beta: float

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")

    def log_likelihood(self, histories: Histories) -> np.ndarray:
        """Return the natural logarithm of each history's density."""
        from scipy.special import gammaln

        total = self.r + histories.repeats
        rate = gammaln(total) - gammaln(self.r) + self.r * np.log(self.alpha) + self.s * np.log(self.beta)
        return np.asarray(rate + np.logaddexp(self._log_here(histories), self._log_gone(histories)))

    def log_no_purchase(self, histories: Histories, days: float) -> np.ndarray:
        """Return the logarithm of the chance that nothing is bought in the next `days`, given the history.

        Exact: the history with nothing added is a history too, so the chance is a ratio of likelihoods.
        """
        later = histories.after(days)
        before = np.logaddexp(self._log_here(histories), self._log_gone(histories))
        return np.minimum(np.logaddexp(self._log_here(later), self._log_gone(later)) - before, 0.0)

    def still_here(self, histories: Histories) -> np.ndarray:
        """Return the chance that each person is not gone yet."""
        here = self._log_here(histories)
        return np.exp(here - np.logaddexp(here, self._log_gone(histories)))

    def expected(self, histories: Histories, days: float) -> np.ndarray:
        """Return the expected number of purchase days in the next `days` (Fader and Hardie 2005, equation 41)."""
        until = np.log1p(days / (self.beta + histories.age))
        power = self.s - 1
        lasting = until if power == 0 else -np.expm1(-power * until) / power
        rate = (self.r + histories.repeats) / (self.alpha + histories.age)
        return rate * np.minimum((self.beta + histories.age) * lasting, days) * self.still_here(histories)

    def _log_here(self, histories: Histories) -> np.ndarray:
        total = self.r + histories.repeats
        return -total * np.log(self.alpha + histories.age) - self.s * np.log(self.beta + histories.age)

    def _log_gone(self, histories: Histories) -> np.ndarray:
        """Gone at some moment between the last purchase and now."""
        since_last = self._log_gone_after(histories.repeats, histories.last)
        since_now = self._log_gone_after(histories.repeats, histories.age)
        between = -np.expm1(np.minimum(since_now - since_last, 0.0))
        share = np.log(self.s) - np.log(self.r + histories.repeats + self.s)
        return share + since_last + np.log(np.maximum(between, np.finfo(float).tiny))

    def _log_gone_after(self, repeats: np.ndarray, moment: np.ndarray) -> np.ndarray:
        """Gone at some moment after `moment`, without the factor s / (r + x + s)."""
        rate, alpha, beta = self.r + repeats, self.alpha + moment, self.beta + moment
        if self.alpha >= self.beta:
            series = _series(rate, rate + self.s + 1, (alpha - beta) / alpha)
            return -rate * np.log(alpha) - self.s * np.log(beta) + np.log(series)
        series = _series(self.s + 1, rate + self.s + 1, (beta - alpha) / beta)
        return -(self.s + 1) * np.log(beta) - (rate - 1) * np.log(alpha) + np.log(series)


def _series(b: float | np.ndarray, c: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The hypergeometric function 2F1(1, b; c; z) for 0 <= z < 1 and b < c; where SciPy's overflows, nearly."""
    from scipy.special import hyp2f1

    series = hyp2f1(1.0, b, c, z)
    first_of_fraction = 1 / (1 - b / c * z)  # Gauss 1812: of the continued fraction
    return np.maximum(np.where(np.isfinite(series), series, first_of_fraction), 1.0)
