"""Maximum likelihood within bounds: every fit ends at finite parameters, the same ones each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import minimize

# Logarithms of parameters are drawn to those of an ordinary shop as by one person's worth of evidence, so that
# logs with no repeat purchase at all, or nobody who ever left, still have one best answer.
PRIOR_SPREAD = 3.0
SMALLEST = 0.01
LARGEST_SHAPE, LARGEST_DAYS = 20.0, 1e5  # a crowd of equals; a crowd that never acts


def fit_parameters(
    log_likelihood: Callable[[np.ndarray], float], ordinary: Sequence[float], largest: Sequence[float]
) -> tuple[float, ...]:
    """Return the parameters in 0.01 .. `largest` that make `log_likelihood` (summed over people) largest.

    `ordinary`: where the search begins and to which it is weakly drawn. Deterministic.
    """
    centre = np.log(np.asarray(ordinary, dtype="float64"))

    def loss(logged: np.ndarray) -> float:
        value = log_likelihood(np.exp(logged)) - np.square((logged - centre) / PRIOR_SPREAD).sum() / 2
        return -value if np.isfinite(value) else 1e300

    bounds = [(np.log(SMALLEST), float(np.log(limit))) for limit in largest]
    found = minimize(loss, centre, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200})
    return tuple(float(value) for value in np.exp(found.x))
