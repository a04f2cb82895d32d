"""Gamma-Gamma: what somebody spends on a day of purchase, between their own mean and everybody's.

Fader and Hardie 2013, "The gamma-gamma model of monetary value" (equations 1a and 5); q is kept above 1, so that every
mean is finite, and amounts are measured in the mean of all, so that one currency fits like another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmp.predictions.rhythm.fitting import fit_parameters

ORDINARY = (6.0, 3.0, 3.0)  # p, q - 1 and v where the search begins: about those of published shops
BOUNDS = ((0.01, 1e3),) * 3


@dataclass(frozen=True)
class GammaGamma:
    """Parameters of the model; `unit` is the mean amount of a day, in the log's currency."""

    p: float
    q: float
    v: float
    unit: float

    def expected(self, days: np.ndarray, amount: np.ndarray) -> np.ndarray:
        """Return the expected amount of one more day of purchase, after `days` with `amount` in all."""
        spent = np.maximum(amount, 0.0) / self.unit
        seen = np.where(spent > 0, days, 0.0)
        return self.unit * self.p * (self.v + spent) / (self.p * seen + self.q - 1)


def fit_gamma_gamma(days: np.ndarray, amount: np.ndarray) -> GammaGamma | None:
    """Fit on people who paid something (`days` of purchase, `amount` in all); None if nobody did."""
    from scipy.special import gammaln

    paid = (days > 0) & (amount > 0) & np.isfinite(amount)
    if not paid.any():
        return None
    count, total = days[paid], amount[paid]
    unit = float(total.sum() / count.sum())
    mean = total / count / unit

    def log_likelihood(parameters: np.ndarray) -> float:
        p, above_one, v = parameters
        q, shape = 1 + above_one, p * count
        density = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v) - np.log(mean)
        density += shape * np.log(count * mean) - (shape + q) * np.log(v + count * mean)
        return float(density.sum())

    p, above_one, v = fit_parameters(log_likelihood, ORDINARY, BOUNDS)
    return GammaGamma(p, 1 + above_one, v, unit)
