"""What a shop of any size needs, from what a home of this machine took: seconds and bytes a unit, times the units.

    python -m benchmarks.capacity HOME [--people 1e9] [--events 1e11] [--days 730] [--json]

HOME: one whose last run made everything from nothing, such as `make demo` leaves. Seconds are wall seconds of that
run's steps on the machine where it ran, bytes those of its tables and folders. Each is divided by what it grows with
(events, people or landed days) and multiplied by the asked number. The assumptions in docs/capacity.md are part of
the answer.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from benchmarks.figures import line, row
from dmp.defs.instance import prepare
from dmp.run_report import stage_of
from dmp.settings import DmpError, Home

# What the work of a stage grows with. Models learn from a bounded sample; seeds and parameters are of the project.
STAGES = {
    "raw": "events",
    "staging": "events",
    "cells": "events",
    "intermediate": "events",
    "identity": "events",
    "gates": "events",
    "profiles": "people",
    "insight": "people",
    "user_features": "people",
    "influence": "people",
    "segments": "people",
    "recommendations": "people",
    "published": "people",
}
SCHEMAS = {"raw": "events", "intermediate": "events", "insight": "events"}
COUNTS = """
SELECT (SELECT count(*) FROM intermediate.int_events) AS events,
    (SELECT count(*) FROM profiles.user_profiles) AS people,
    (SELECT count(DISTINCT landed_date) FROM raw.landed_files) AS days
"""
BLOCKS = "SELECT count(DISTINCT block_id) FROM pragma_storage_info($name) WHERE block_id >= 0"
TABLES = "SELECT schema_name, schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"


def stage_seconds(home: Home) -> Counter[str]:
    """Return the wall seconds of each stage in the last run that did all it should."""
    prepare(home)
    with dg.DagsterInstance.get() as instance:
        filters = dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS])
        runs = instance.get_runs(filters=filters, limit=1)
        if not runs:
            raise DmpError(f"{home.root}: no run of this home has ended well yet; `dmp run` first")
        seconds: Counter[str] = Counter()
        for step in instance.get_run_step_stats(runs[0].run_id):
            seconds[stage_of(step.step_key)] += (step.end_time or 0) - (step.start_time or 0)
        return seconds


def stored_bytes(home: Home) -> dict[str, tuple[int, str]]:
    """Return, for each part of the home, its bytes and what they grow with."""
    by_schema: Counter[str] = Counter()
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        ((block_size,),) = connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()
        for schema, name in connection.execute(TABLES).fetchall():
            ((blocks,),) = connection.execute(BLOCKS, {"name": name}).fetchall()
            by_schema[schema] += blocks * block_size
    tables = {
        f"tables of {schema}": (size, SCHEMAS.get(schema, "people")) for schema, size in by_schema.items()
    }
    return {
        "landing": (_size(home.landing), "events"),
        "vault": (home.vault.stat().st_size, "people"),
        **tables,
        "published build": (_size(home.published.resolve()), "people"),
        "Dagster's record of a run": (_size(home.dagster), "days"),
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def rows(home: Home, asked: dict[str, float]) -> list[dict[str, Any]]:
    """Return, for each stage and each part that is stored, the cost of a unit and of all that is asked."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        seen = connection.execute(COUNTS).df().iloc[0].to_dict()
    found = [row("measured on", unit, count) for unit, count in seen.items()]
    total = 0.0
    for stage, seconds in sorted(stage_seconds(home).items()):
        if unit := STAGES.get(stage):
            hours = seconds / seen[unit] * asked[unit] / 3600
            found.append(row(stage, f"s per million {unit}", 1e6 * seconds / seen[unit]))
        else:
            hours = seconds / 3600
            found.append(row(stage, "s, whatever the size", seconds))
        found.append(row(stage, "hours, asked size", hours))
        total += hours
    found.append(row("everything made anew", "hours, asked size", total))
    for part, (size, unit) in stored_bytes(home).items():
        found.append(
            row(part, f"bytes per {unit.removesuffix('s').replace('people', 'person')}", size / seen[unit])
        )
        found.append(row(part, "TB, asked size", size / seen[unit] * asked[unit] / 1e12))
    return found


def main() -> None:
    """Print the table, or the same rows as JSON lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--people", type=float, default=1e9)
    parser.add_argument("--events", type=float, default=1e11)
    parser.add_argument("--days", type=float, default=730)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    asked = {"people": given.people, "events": given.events, "days": given.days}
    for found in rows(Home.at(given.home), asked):
        print(json.dumps(found) if given.json else line(found))
    if not given.json:
        print(f"{os.cpu_count()} cores")


if __name__ == "__main__":
    main()
