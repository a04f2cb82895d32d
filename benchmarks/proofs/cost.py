"""What landing one more day touches, stage by stage: after some days of history, and after twice as many.

    python -m benchmarks.proofs.cost [--people 5000] [--days 60]

Work that is a day's touches as much after both. What grows with history is named, with its reason, in
docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.metering import Touched, metered
from benchmarks.replays import run_facts
from dmp.run_report import stage_of
from dmp.settings import PROJECT, Home
from dmp.world.shop import write_world

PEOPLE, DAYS = 5000, 60
# Stages whose work on a day is that day's; of two days of a shop, one is busier than the other.
SQL_STAGES = ("staging", "intermediate", "profiles", "insight")
A_DAYS_WORK = ("staging", "intermediate")
COUNTED = ("rows_read", "rows_written", "bytes_read")
BUSIER = 1.5


def one_more_day(days: int, people: int = PEOPLE) -> dict[str, Touched]:
    """Return what each part of a run touched when a shop's last day landed after `days` others."""
    os.environ.setdefault("DMP_KEY", "the harness has no secrets")
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(Path(folder))
        write_world(home.landing, home.truth, people=people, days=days + 1, seed=8)
        last = max(home.landing.glob("shop/*"))
        aside = last.rename(home.root / "last")
        run_facts(home)
        shutil.copytree(aside, last)
        with metered() as meter:
            run_facts(home, meter.begin)
    return dict(meter.parts)


def by_stage(parts: dict[str, Touched]) -> dict[str, Touched]:
    """Add up the parts of each stage; the gates are one of their own."""
    stages: defaultdict[str, Touched] = defaultdict(Touched)
    for part, touched in parts.items():
        stages[stage_of_part(part)].add(touched)
    return dict(stages)


def stage_of_part(part: str) -> str:
    """Return the stage of a dbt model, seed or test, or of a step of the run."""
    for model in PROJECT.glob(f"dbt_project/models/**/{part}.sql"):
        return next(stage for stage in SQL_STAGES if stage in model.parts)
    for folder in ("seeds", "tests"):
        if any(PROJECT.glob(f"dbt_project/{folder}/**/{part}.*")):
            return folder
    return stage_of(part)


def rows(people: int = PEOPLE, days: int = DAYS) -> list[dict[str, Any]]:
    """Return, for each stage, what one more day touched after `2 * days` days beside what it touched after `days`."""
    once, twice = (by_stage(one_more_day(length, people)) for length in (days, 2 * days))
    found = []
    for stage, touched in once.items():
        for counted in COUNTED:
            before, after = getattr(touched, counted), getattr(twice[stage], counted)
            is_a_days_work = stage in A_DAYS_WORK and counted != "bytes_read"
            found.append(
                {
                    "name": stage,
                    "metric": f"{counted} on a day after {2 * days} days; {before} after {days}",
                    "value": after,
                    "peer": None,
                    "goal": round(BUSIER * before) if is_a_days_work else None,
                    "reached": after <= BUSIER * before if is_a_days_work else None,
                }
            )
    return found


def main() -> None:
    """Print what every part touched, largest first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--days", type=int, default=DAYS)
    arguments = parser.parse_args()
    once, twice = (one_more_day(length, arguments.people) for length in (arguments.days, 2 * arguments.days))
    print(f"{'part':<40} {'rows read':>12} {'twice':>12} {'rows written':>14} {'twice':>12}")
    for part, after in sorted(twice.items(), key=lambda entry: -entry[1].rows_read):
        before = once.get(part, Touched())
        read, written = (before.rows_read, after.rows_read), (before.rows_written, after.rows_written)
        print(f"{part:<40} {read[0]:>12} {read[1]:>12} {written[0]:>14} {written[1]:>12}")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
