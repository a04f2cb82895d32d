"""Two small PNG pictures of the lists on the evaluation cut; the same numbers give the same bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# What an aim wants more of.
GAINED = {
    "diversity": ("diversity_at_10", "unlikeness of two items"),
    "freshness": ("new_item_share_at_10", "share of new items"),
    "value": ("value_at_10", "value of a list"),
}


def trade_off_picture(table: pd.DataFrame) -> bytes:
    """Draw NDCG@10 over what each aim gains, one curve an aim; a ring marks the weight in use."""
    figure, panels = _empty(len(GAINED))
    for axes, (aim, (column, label)) in zip(panels, GAINED.items(), strict=True):
        curve = table[(table["aim"] == aim) & table[column].notna()]
        axes.plot(curve[column], curve["ndcg_at_10"], marker="o", markersize=3)
        used = curve[curve["is_in_use"]]
        axes.plot(used[column], used["ndcg_at_10"], "o", markersize=9, markerfacecolor="none", color="black")
        for row in curve.itertuples():
            axes.annotate(f"{row.weight:g}", (getattr(row, column), row.ndcg_at_10), fontsize=6)
        axes.set(title=f"weight of {aim}", xlabel=f"{label}, first ten", ylabel="NDCG@10")
    return _png(figure)


def calibration_picture(bins: pd.DataFrame) -> bytes:
    """Draw what was observed over what was expected, by tenth, for all candidates and for the listed ones."""
    figure, (axes,) = _empty(1)
    largest = max([0.01, *bins["mean_probability"], *bins["observed_rate"]])
    axes.plot([0, largest], [0, largest], color="grey", linewidth=1, linestyle="--")
    for name, own in bins.groupby("list_name", sort=True):
        axes.plot(own["mean_probability"], own["observed_rate"], marker="o", label=name)
    if len(bins):
        axes.legend(fontsize="small")
    axes.set(title="bought within the window", xlabel="mean probability", ylabel="observed rate")
    return _png(figure)


def _empty(panel_count: int) -> tuple[Figure, list[Axes]]:
    """A bare Figure renders with Agg and leaves matplotlib's global state alone."""
    from matplotlib.figure import Figure as NewFigure

    figure = NewFigure(figsize=(2 + 3.6 * panel_count, 3.4), dpi=80, layout="constrained")
    return figure, list(figure.subplots(1, panel_count, squeeze=False)[0])


def _png(figure: Figure) -> bytes:
    target = io.BytesIO()
    figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()
