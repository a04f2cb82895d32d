"""One figure of a benchmark, and how it is printed."""

from __future__ import annotations

from typing import Any


def row(
    name: str,
    metric: str,
    value: float,
    peer: str | float | None = None,
    *,
    goal: float | None = None,
    most: bool = True,
) -> dict[str, Any]:
    """Return one result; the goal is an upper bound, or with most=False a lower one."""
    reached = None if goal is None else bool(value <= goal if most else value >= goal)
    shown = round(float(value), 4)
    return {"name": name, "metric": metric, "value": shown, "peer": peer, "goal": goal, "reached": reached}


def line(result: dict[str, Any]) -> str:
    """Return a result as a line of a table."""
    verdict = {True: "reached", False: "missed", None: ""}[result["reached"]]
    goal = "" if result["goal"] is None else f"  goal {result['goal']}: {verdict}"
    who = result["peer"] or "dmp"
    return f"{result['name']:32} {result['metric']:28} {who:18} {result['value']:>12,.4g}{goal}"
