"""Figures as the chart library's JSON: data and layout, no script. Colours come from the page's theme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Figure = dict[str, Any]
Rows = list[dict[str, Any]]


def lines(rows: Rows, x: str, y: str, series: str | None = None, *, stacked: bool = False) -> Figure:
    """Return a line a series over x, in the order of the rows; stacked as areas where asked."""
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": str(name),
            "x": [_plain(row[x]) for row in own],
            "y": [_plain(row[y]) for row in own],
            **({"stackgroup": "one"} if stacked else {}),
        }
        for name, own in _series(rows, series)
    ]
    return {"data": traces, "x": x, "y": y}


def bars(rows: Rows, x: str, ys: Sequence[str], *, stacked: bool = False, horizontal: bool = False) -> Figure:
    """Return a bar a row for each of the columns `ys`."""
    names = [_plain(row[x]) for row in rows]
    traces = []
    for y in ys:
        values = [_plain(row[y]) for row in rows]
        place = {"x": values, "y": names, "orientation": "h"} if horizontal else {"x": names, "y": values}
        traces.append({"type": "bar", "name": y, **place})
    across, along = (ys[0], x) if horizontal else (x, ys[0])
    return {"data": traces, "x": across, "y": along, "barmode": "stack" if stacked else "group"}


def heat(rows: Rows, x: str, y: str, z: str) -> Figure:
    """Return a cell a row, shaded by z."""
    columns = list(dict.fromkeys(row[x] for row in rows))
    lines_ = list(dict.fromkeys(row[y] for row in rows))
    found = {(row[y], row[x]): _plain(row[z]) for row in rows}
    cells = [[found.get((line, column)) for column in columns] for line in lines_]
    trace = {
        "type": "heatmap",
        "x": [_plain(column) for column in columns],
        "y": [_plain(line) for line in lines_],
        "z": cells,
        "hoverongaps": False,
        "colorscale": "Blues",
        "reversescale": True,
    }
    return {"data": [trace], "x": x, "y": y}


def flow(pairs: Sequence[tuple[str, str]]) -> Figure:
    """Return bands from the first of each pair to the second, by name."""
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    places = {name: place for place, name in enumerate(names)}
    link = {
        "source": [places[first] for first, _ in pairs],
        "target": [places[second] for _, second in pairs],
        "value": [1] * len(pairs),
        "color": "rgba(120, 140, 170, 0.5)",
    }
    trace = {"type": "sankey", "arrangement": "snap", "node": {"label": names}, "link": link}
    return {"data": [trace], "x": "", "y": ""}


def calibration(rows: Rows, x: str, y: str, series: str) -> Figure:
    """Return expected against observed, a line a series, beside the diagonal where both are equal."""
    figure = lines(rows, x, y, series)
    for trace in figure["data"]:
        trace["mode"] = "lines+markers"
    most = max((value for trace in figure["data"] for value in trace["x"] + trace["y"]), default=1.0)
    figure["data"].append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "=",
            "x": [0, most],
            "y": [0, most],
            "line": {"dash": "dot"},
        }
    )
    return figure


def _series(rows: Rows, series: str | None) -> Iterable[tuple[Any, Rows]]:
    if series is None:
        return [("", rows)]
    by_name: dict[Any, Rows] = {}
    for row in rows:
        by_name.setdefault(row[series], []).append(row)
    return by_name.items()


def _plain(value: Any) -> Any:
    """Return a number or a text that JSON holds."""
    if value is None or isinstance(value, bool | int | str):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)
