"""Outliers of one column: each method fits the bounds beyond which a value stands out."""

from __future__ import annotations

from collections.abc import Callable

from dmp.cleaning.value_counts import ValueCounts

Parameters = dict[str, float]


def box_plot(column: ValueCounts, multiplier: float) -> Parameters:
    """Return the fences of the box plot: the quartiles, less and plus their distance times `multiplier`.

    Tukey (1977), Exploratory Data Analysis, chapter 2: beyond 1.5 a value is outside, beyond 3 far out.
    """
    first, third = column.quantile(0.25), column.quantile(0.75)
    reach = multiplier * (third - first)
    return {
        "first_quartile": first,
        "third_quartile": third,
        "lower_bound": first - reach,
        "upper_bound": third + reach,
    }


def three_sigma(column: ValueCounts, _multiplier: float) -> Parameters:
    """Return mean -/+ 3 standard deviations (Pukelsheim 1994, The three sigma rule)."""
    return z_score(column, 3)


def z_score(column: ValueCounts, multiplier: float) -> Parameters:
    """Return the values whose distance from the mean is `multiplier` standard deviations.

    With the deviation of the n values themselves no |Z| exceeds sqrt(n - 1) (after Shiffler 1988, Maximum Z scores and
    outliers): a large multiplier finds nothing in a short column.
    """
    mean, deviation = column.mean(), column.standard_deviation()
    return {
        "mean": mean,
        "standard_deviation": deviation,
        "lower_bound": mean - multiplier * deviation,
        "upper_bound": mean + multiplier * deviation,
    }


OUTLIERS: dict[str, Callable[[ValueCounts, float], Parameters]] = {
    "box_plot": box_plot,
    "three_sigma": three_sigma,
    "z_score": z_score,
}
