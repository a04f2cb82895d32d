"""Maximum likelihood within bounds: every fit ends at finite parameters, the same ones each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

# Logarithms of parameters are drawn to those of an ordinary shop as by one person's worth of evidence, so that
# logs with no repeat purchase at all, or nobody who ever left, still have one best answer.
PRIOR_SPREAD = 3.0
SHAPES = (0.01, 20.0)  # from a few who do all of it to a crowd of equals
DAYS = (1.0, 1e4)  # of a scale: whoever acts daily, whoever acts once in a life


def fit_parameters(
    log_likelihood: Callable[[np.ndarray], float],
    ordinary: Sequence[float],
    bounds: Sequence[tuple[float, float]],
) -> tuple[float, ...]:
    """Return the parameters within `bounds` that make `log_likelihood` (summed over people) largest.

    `ordinary`: where the search begins and to which it is weakly drawn. Deterministic.
    """
    from scipy.optimize import minimize

    centre = np.log(np.asarray(ordinary, dtype="float64"))

    def loss(logged: np.ndarray) -> float:
        value = log_likelihood(np.exp(logged)) - np.square((logged - centre) / PRIOR_SPREAD).sum() / 2
        return -value if np.isfinite(value) else 1e300

    logged_bounds = np.log(np.asarray(bounds, dtype="float64"))
    found = minimize(loss, centre, method="L-BFGS-B", bounds=logged_bounds, options={"maxiter": 200})
    return tuple(float(value) for value in np.exp(found.x))
