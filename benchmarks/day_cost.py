"""What one more landed day costs beside making everything anew: seconds of SQL, up to the profiles, and of the rest.

    python -m benchmarks.day_cost [--people 20000] [--days 180] [--more 3] [--json]

Makes the built-in shop, runs loading, SQL and identity over all but its last days, then lands these one by one. One
thread, so that seconds of SQL are seconds of one processor; reading the day's files, and what dbt and Dagster take for
themselves, are rows of their own. 20,000 people and 180 days are a million events; ten times as many take about half
an hour and 10 GiB of disk.
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
from benchmarks.replays import run_facts
from dmp.defs.work import SECONDS
from dmp.settings import Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

SHARE_GOAL = 0.04


def measured(home: Home) -> dict[str, float]:
    """Run what is pending up to the tables of insight; return the seconds of each kind of work, and of all."""
    SECONDS.clear()
    started = time.perf_counter()
    if run_facts(home) is None:
        sys.exit("nothing was pending")
    return {**SECONDS, "all": time.perf_counter() - started}


def rows(people: int, days: int, more: int) -> list[dict[str, Any]]:
    """Return the seconds of the whole and of a day (the median of some), and the day's share."""
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
    found = [row("log", "events", summary.events)]
    for kind in sorted(whole):
        found.append(row("whole", f"{kind}, s", whole[kind]))
        found.append(row("a day", f"{kind}, s", statistics.median(day.get(kind, 0.0) for day in each)))
    share = statistics.median(day["sql"] for day in each) / whole["sql"]
    return [*found, row("a day", "SQL as a share of the whole", share, goal=SHARE_GOAL)]


def main() -> None:
    """Print the table, or the same rows as JSON lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--more", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    os.environ.setdefault("DMP_KEY", "the benchmark has no secrets")
    before = os.getloadavg()[0]
    for found in rows(asked.people, asked.days, asked.more):
        print(json.dumps(found) if asked.json else line(found), flush=True)
    if not asked.json:
        print(f"load before {before:.1f}")


if __name__ == "__main__":
    main()
