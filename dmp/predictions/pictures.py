"""Three small PNG pictures of a model; the same numbers give the same bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dmp.predictions.champions import Champion

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN_FEATURES = 12


def model_pictures(model: Champion) -> dict[str, bytes]:
    """Return PNG bytes by file name: importance.png, dependence.png and, of a chance, calibration.png and lift.png."""
    pictures = {"importance.png": importance_picture(pd.DataFrame(model.importance), model.target)}
    if model.dependence:
        pictures["dependence.png"] = dependence_picture(pd.DataFrame(model.dependence), model.target)
    if model.bins:
        pictures["calibration.png"] = calibration_picture(pd.DataFrame(model.bins), model.target)
        pictures["lift.png"] = lift_picture(pd.DataFrame(model.lift), model.target)
    return pictures


def calibration_picture(bins: pd.DataFrame, target: str) -> bytes:
    """Draw mean_score against observed_rate of each bin beside the diagonal."""
    figure, axes = _empty(f"{target}: calibration on the test window", "mean score", "observed rate")
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--")
    axes.plot(bins["mean_score"], bins["observed_rate"], marker="o")
    return _png(figure)


def lift_picture(lift: pd.DataFrame, target: str) -> bytes:
    """Draw lift over the share of people taken, best first."""
    figure, axes = _empty(f"{target}: lift on the test window", "share of people, best first", "lift")
    axes.axhline(1, color="grey", linewidth=1, linestyle="--")
    axes.plot(lift["share"], lift["lift"], marker="o")
    return _png(figure)


def importance_picture(features: pd.DataFrame, target: str) -> bytes:
    """Draw the features with the largest parts."""
    figure, axes = _empty(f"{target}: what moves the score", "mean size of the part", "", left=0.36)
    if len(features):
        largest = features.head(SHOWN_FEATURES)[::-1]
        axes.barh(largest["feature"], largest["importance"])
    return _png(figure)


def dependence_picture(points: pd.DataFrame, target: str) -> bytes:
    """Draw the mean answer over the quantiles of each feature, so that features of any unit share one axis."""
    figure, axes = _empty(f"{target}: mean answer by feature", "quantile of the feature", "mean answer")
    for feature, drawn in points.groupby("feature", sort=False):
        axes.plot(np.linspace(0, 1, len(drawn)), drawn["mean_answer"], marker="o", label=feature)
    axes.legend(fontsize="x-small")
    return _png(figure)


def _empty(title: str, x_label: str, y_label: str, left: float = 0.12) -> tuple[Figure, Axes]:
    """A bare Figure renders with Agg and leaves matplotlib's global state alone."""
    from matplotlib.figure import Figure as NewFigure

    figure = NewFigure(figsize=(6, 3.2), dpi=80)
    figure.subplots_adjust(left=left, right=0.96, bottom=0.16, top=0.9)
    axes = figure.subplots()
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    return figure, axes


def _png(figure: Figure) -> bytes:
    target = io.BytesIO()
    figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()
