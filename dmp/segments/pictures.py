"""A small PNG picture of how large segments were; the same numbers give the same bytes."""

from __future__ import annotations

import io

import pandas as pd

# More lines than these cannot be told apart.
LINES_DRAWN = 10


def sizes_picture(sizes: pd.DataFrame) -> bytes:
    """Draw person_count over as_of_date, one line a segment_id: the largest ones of the last day."""
    from matplotlib.figure import Figure

    # A bare Figure renders with Agg and leaves matplotlib's global state alone.
    figure = Figure(figsize=(7, 3.4), dpi=80, layout="constrained")
    axes = figure.subplots()
    last = sizes[sizes["as_of_date"] == sizes["as_of_date"].max()]
    largest = last.sort_values(["person_count", "segment_id"], ascending=[False, True])["segment_id"]
    for segment_id in largest.head(LINES_DRAWN):
        own = sizes[sizes["segment_id"] == segment_id].sort_values("as_of_date")
        axes.plot(own["as_of_date"], own["person_count"], marker="o", markersize=3, label=segment_id)
    if len(largest):
        axes.legend(fontsize="x-small", loc="upper left", bbox_to_anchor=(1, 1))
    axes.set(title="people in the largest segments", ylabel="people")
    axes.tick_params(axis="x", labelrotation=30, labelsize="small")
    target = io.BytesIO()
    figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()
