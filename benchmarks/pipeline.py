"""How fast the flow is: events per second and peak memory by stage, and the share of time that is no work on data.

    python benchmarks/pipeline.py [--people 9000] [--days 400] [--json]

Makes the built-in shop in a temporary home and runs it once, from nothing to the published build, in this process.
"Work" is SQL, reading, training, scoring, recommending and copying; all else is orchestration: imports, Dagster's
bookkeeping, dbt's and Great Expectations' own time. Linux only: peak memory comes from /proc.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

from dmp.pending import pending_days
from dmp.run_report import stage_of
from dmp.settings import Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

OVERHEAD_GOAL = 0.25
MEMORY_GOAL_GIB = 3.0
SECONDS_GOAL = 150.0


class PeakMemory:
    """Peak resident memory of this process since the last look, in GiB."""

    def look(self) -> float:
        """Return the peak and start a new one."""
        status = Path("/proc/self/status").read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        Path("/proc/self/clear_refs").write_text("5")
        return peak / 1024**2


def row(name: str, metric: str, value: float, goal: float | None = None) -> dict[str, object]:
    """Return one result; a goal is an upper bound."""
    return {
        "name": name,
        "metric": metric,
        "value": round(value, 3),
        "peer": None,
        "goal": goal,
        "reached": None if goal is None else value <= goal,
    }


def measure(people: int, days: int) -> list[dict[str, object]]:
    """Run the flow once and return the rows of the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        started = time.perf_counter()
        summary = write_world(home.landing, home.truth, people=people, days=days, dirt=Dirt.light())
        seconds = time.perf_counter() - started
        rows.append(row("world", "seconds", seconds, 20.0 if summary.events >= 1_000_000 else None))
        memory = PeakMemory()
        memory.look()
        started = time.perf_counter()
        from dmp.defs.running import run_pending

        pending = pending_days(home)
        peaks: list[tuple[str, float]] = []
        steps: list[str] = ["start"]

        def began(step: str) -> None:
            peaks.append((steps[-1], memory.look()))
            steps.append(step)

        outcome = run_pending(home, pending, began) if pending else None
        peaks.append((steps[-1], memory.look()))
        total = time.perf_counter() - started
    if outcome is None or not outcome.is_success:
        sys.exit(f"the run failed: {outcome}")
    by_stage: dict[str, float] = defaultdict(float)
    for step, seconds in outcome.seconds.items():
        by_stage[stage_of(step)] += seconds
    highest: dict[str, float] = defaultdict(float)
    for step, peak in peaks:
        highest[stage_of(step)] = max(highest[stage_of(step)], peak)
    for stage, seconds in by_stage.items():
        rows.append(row(stage, "seconds", seconds))
        rows.append(row(stage, "events per second", summary.events / max(seconds, 1e-9)))
        rows.append(row(stage, "peak GiB", highest[stage]))
    work = sum(outcome.work_seconds.values())
    is_whole = summary.events >= 1_000_000
    rows.append(row("run", "events", summary.events))
    rows.append(row("run", "seconds", total, SECONDS_GOAL if is_whole else None))
    rows.append(row("run", "events per second", summary.events / total))
    rows.append(row("run", "peak GiB", max(highest.values()), MEMORY_GOAL_GIB))
    rows.extend(row("work", kind, seconds) for kind, seconds in sorted(outcome.work_seconds.items()))
    rows.append(row("run", "overhead share", 1 - work / total, OVERHEAD_GOAL if is_whole else None))
    return rows


def main() -> None:
    """Print the table, or the same rows as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--people", type=int, default=9000)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    before = os.getloadavg()[0]
    rows = measure(arguments.people, arguments.days)
    if arguments.json:
        print(*(json.dumps(item) for item in rows), sep="\n")
    else:
        libraries = ", ".join(
            f"{name} {version(name)}" for name in ("duckdb", "dbt-core", "dagster", "lightgbm")
        )
        print(
            f"Python {platform.python_version()}, {libraries}; {os.cpu_count()} cores, load before {before:.1f}"
        )
        for item in rows:
            goal = (
                ""
                if item["goal"] is None
                else f"  goal <= {item['goal']}: {'reached' if item['reached'] else 'MISSED'}"
            )
            print(f"{item['name']!s:16} {item['metric']!s:18} {item['value']:>14,.3f}{goal}")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
