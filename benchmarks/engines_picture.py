"""Draws what benchmarks/engines.py measured: CPU seconds and peak memory of each engine, a row of panels per size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot as plt

METRICS = ("CPU seconds", "peak GiB")
PLATFORM_COLOUR, PEER_COLOUR, FLOOR_COLOUR = "#1f6feb", "#9aa4b2", "#d0d7de"
FLOORS = ("column scan", "scan and sort")


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Write a PNG."""
    sizes = list(dict.fromkeys(row["name"] for row in rows))
    figure, panels = plt.subplots(
        len(sizes), len(METRICS), figsize=(10, 0.6 + 2.3 * len(sizes)), squeeze=False, layout="constrained"
    )
    for line, size in zip(panels, sizes, strict=True):
        for panel, metric in zip(line, METRICS, strict=True):
            shown = [row for row in rows if row["name"] == size and row["metric"] == metric][::-1]
            names = [row["peer"] or "platform (DuckDB)" for row in shown]
            bars = panel.barh(names, [row["value"] for row in shown], color=[_colour(row) for row in shown])
            panel.bar_label(bars, fmt="%.3g", padding=3, fontsize=8)
            if metric == "CPU seconds":
                panel.set_xscale("log")
            panel.margins(x=0.15)
            panel.set_title(f"{size}: {metric}", fontsize=10)
            panel.tick_params(labelsize=8)
            panel.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def _colour(row: dict[str, Any]) -> str:
    if row["peer"] is None:
        return PLATFORM_COLOUR
    return FLOOR_COLOUR if row["peer"] in FLOORS else PEER_COLOUR
