"""What stands in for a missing value: each method is fitted on known values and says what it learned.

One number for a whole column (mean, median, mode) may fill facts; what is read off other columns of the same person
(interpolation, regression, forest) fills features only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dmp.cleaning.value_counts import ValueCounts

Parameters = dict[str, float]
# Knots of the curve that interpolation reads: tenths of the known rows.
KNOTS = 10
# Enough trees for a stable mean of leaves of ten people; more cost time and change nothing that rounding shows.
TREES = 30
SMALLEST_LEAF = 10


def mean(column: ValueCounts) -> Parameters:
    """Return the mean as `fill_value`."""
    return {"fill_value": column.mean()}


def median(column: ValueCounts) -> Parameters:
    """Return the median as `fill_value`."""
    return {"fill_value": column.quantile(0.5)}


def mode(column: ValueCounts) -> Parameters:
    """Return the most frequent value as `fill_value`."""
    return {"fill_value": column.most_frequent()}


def interpolation(
    known: np.ndarray, target: np.ndarray, rows: np.ndarray, _names: Sequence[str]
) -> tuple[np.ndarray, Parameters]:
    """Read the target off a line through the mean point of each tenth of the one predictor; flat beyond its ends."""
    order = np.argsort(known[:, 0], kind="stable")
    tenths = [tenth for tenth in np.array_split(order, KNOTS) if len(tenth)]
    points = np.array([[known[tenth, 0].mean(), target[tenth].mean()] for tenth in tenths])
    places, first = np.unique(points[:, 0], return_index=True)
    heights = points[first, 1]
    parameters = {f"knot_{n}_predictor": float(place) for n, place in enumerate(places, 1)}
    parameters |= {f"knot_{n}_value": float(height) for n, height in enumerate(heights, 1)}
    return np.interp(rows[:, 0], places, heights), parameters


def regression(
    known: np.ndarray, target: np.ndarray, rows: np.ndarray, names: Sequence[str]
) -> tuple[np.ndarray, Parameters]:
    """Predict the target by ordinary least squares (Legendre 1805) on the predictors and a constant."""
    design = np.column_stack([np.ones(len(known)), known])
    slopes, *_ = np.linalg.lstsq(design, target, rcond=None)
    parameters = dict(
        zip(["intercept", *(f"slope_{name}" for name in names)], map(float, slopes), strict=True)
    )
    return np.column_stack([np.ones(len(rows)), rows]) @ slopes, parameters


def forest(
    known: np.ndarray, target: np.ndarray, rows: np.ndarray, _names: Sequence[str]
) -> tuple[np.ndarray, Parameters]:
    """Predict the target by a random forest (Breiman 2001), as missForest does (Stekhoven and Buehlmann 2012).

    One pass, not its iteration: predictors are never missing. The trees follow from the rows and the seed.
    """
    from sklearn.ensemble import RandomForestRegressor

    fitted = RandomForestRegressor(TREES, min_samples_leaf=SMALLEST_LEAF, random_state=0, n_jobs=1)
    fitted.fit(known, target)
    predicted = fitted.predict(rows) if len(rows) else np.empty(0)
    return predicted, {
        "tree_count": float(TREES),
        "smallest_leaf": float(SMALLEST_LEAF),
        "seed": 0.0,
    }


CONSTANT_FILLS: dict[str, Callable[[ValueCounts], Parameters]] = {
    "mean": mean,
    "median": median,
    "mode": mode,
}
PREDICTED_FILLS: dict[
    str, Callable[[np.ndarray, np.ndarray, np.ndarray, Sequence[str]], tuple[np.ndarray, Parameters]]
] = {"interpolation": interpolation, "regression": regression, "forest": forest}
