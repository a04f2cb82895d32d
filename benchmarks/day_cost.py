"""What one more landed day costs beside making everything anew: processor seconds of SQL, stage by stage.

    python -m benchmarks.day_cost [--people 20000] [--days 180] [--more 3] [--models] [--json]

Makes the built-in shop, runs loading, SQL and identity over all but its last days, then lands these one by one. Seconds
are the engine's own, of each statement from text to result; what Python, dbt and Dagster take is a row of its own. One
thread, so that seconds of SQL are seconds of one processor. 20,000 people and 180 days are a million events; ten times
as many take half an hour and 20 GiB of disk.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import line, row
from benchmarks.metering import metered
from benchmarks.proofs.cost import stage_of_part
from benchmarks.replays import run_facts
from dmp.settings import Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

SHARE_GOAL = 0.04
AFTER_PROFILES = "insight"
REST = "not SQL (Python, dbt, Dagster)"


def measured(home: Home) -> dict[str, float]:
    """Run what is pending up to the tables of insight; return processor seconds of each part, and of the rest."""
    started = time.process_time()
    with metered() as meter:
        if run_facts(home, meter.begin) is None:
            sys.exit("nothing was pending")
    parts = {part: touched.seconds for part, touched in meter.parts.items()}
    return {**parts, REST: time.process_time() - started - sum(parts.values())}


def rows(people: int, days: int, more: int, *, models: bool = False) -> list[dict[str, Any]]:
    """Return the seconds of the whole and of a day (the median of some), by stage or by part, and the day's share."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(Path(folder))
        (home.root / "settings.yaml").write_text("threads: 1\n")
        summary = write_world(
            home.landing, home.truth, people=people, days=days + more, seed=8, dirt=Dirt.light()
        )
        last = sorted(home.landing.glob("shop/*"))[-more:]
        aside = [day.rename(home.root / f"aside {day.name}") for day in last]
        whole = measured(home)
        each = []
        for day, kept in zip(last, aside, strict=True):
            shutil.move(kept, day)
            each.append(measured(home))
    return [row("log", "events", summary.events), *compared(whole, each, models=models)]


def compared(whole: dict[str, float], each: list[dict[str, float]], *, models: bool) -> list[dict[str, Any]]:
    """Return a row for the whole, for a day and for its share: of each part or stage, and of SQL up to the profiles."""
    named = {
        part: part if models or part == REST else stage_of_part(part)
        for part in whole.keys() | each[0].keys()
    }
    found = []
    for name in sorted(set(named.values())):
        parts = [part for part in named if named[part] == name]
        found += _shared(name, parts, whole, each)
    up_to_profiles = [part for part in named if part != REST and stage_of_part(part) != AFTER_PROFILES]
    return [*found, *_shared("SQL up to the profiles", up_to_profiles, whole, each, goal=SHARE_GOAL)]


def _shared(
    name: str,
    parts: list[str],
    whole: dict[str, float],
    each: list[dict[str, float]],
    goal: float | None = None,
) -> list[dict[str, Any]]:
    total = sum(whole.get(part, 0.0) for part in parts)
    day = statistics.median(sum(seconds.get(part, 0.0) for part in parts) for seconds in each)
    return [
        row(name, "whole, s", total),
        row(name, "a day, s", day),
        row(name, "share", day / total if total else 0.0, goal=goal),
    ]


def main() -> None:
    """Print the table, or the same rows as JSON lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--more", type=int, default=3)
    parser.add_argument("--models", action="store_true", help="a row for each model instead of each stage")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    os.environ.setdefault("DMP_KEY", "the benchmark has no secrets")
    before = os.getloadavg()[0]
    for found in rows(asked.people, asked.days, asked.more, models=asked.models):
        print(json.dumps(found) if asked.json else line(found), flush=True)
    if not asked.json:
        print(f"load before {before:.1f}")


if __name__ == "__main__":
    main()
