"""Scaling of one column, with stored parameters and an inverse that gives the stored value back.

Every method is (x - centre) / spread but for the logarithm. A column without spread keeps its unit (spread 1), so that
the inverse stays defined. Values beyond those of the fit lie beyond the usual range: nothing is cut off.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dmp.cleaning.value_counts import ValueCounts

Parameters = dict[str, float]


def z(column: ValueCounts) -> Parameters:
    """Mean and standard deviation: scaled values have mean 0 and standard deviation 1."""
    return {"centre": column.mean(), "spread": column.standard_deviation() or 1.0}


def t(column: ValueCounts) -> Parameters:
    """T-score (McCall 1922): mean 50, standard deviation 10."""
    spread = (column.standard_deviation() or 1.0) / 10
    return {"centre": column.mean() - 50 * spread, "spread": spread}


def min_max(column: ValueCounts) -> Parameters:
    """Smallest value to 0, largest to 1."""
    lowest, highest = float(column.values[0]), float(column.values[-1])
    return {"centre": lowest, "spread": highest - lowest or 1.0}


def max_abs(column: ValueCounts) -> Parameters:
    """Largest size to 1; zero stays zero and signs stay."""
    return {"centre": 0.0, "spread": float(np.abs(column.values).max()) or 1.0}


def log(_column: ValueCounts) -> Parameters:
    """Natural logarithm of 1 + size, with the sign kept: needs no fit, and zero stays zero."""
    return {}


SCALINGS: dict[str, Callable[[ValueCounts], Parameters]] = {
    "z": z,
    "t": t,
    "min_max": min_max,
    "max_abs": max_abs,
    "log": log,
}


def scaled(values: np.ndarray, method: str, parameters: Parameters) -> np.ndarray:
    """Return the scaled values; NULL (NaN) stays NULL."""
    if method == "log":
        return np.sign(values) * np.log1p(np.abs(values))
    return (values - parameters["centre"]) / parameters["spread"]


def unscaled(values: np.ndarray, method: str, parameters: Parameters, decimals: int) -> np.ndarray:
    """Return what was scaled: exactly, for values stored with that many decimals.

    Before rounding, the error is a few units in the last of float64's 53 bits of the largest of value, centre and
    spread x scaled value (for `log`: times log(1 + |value|)); rounding removes it while that stays below half a unit
    of the last decimal.
    """
    if method == "log":
        return np.round(np.sign(values) * np.expm1(np.abs(values)), decimals)
    return np.round(values * parameters["spread"] + parameters["centre"], decimals)
