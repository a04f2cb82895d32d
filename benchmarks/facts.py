"""Every figure about facts in one table: sources, accounting, cleaning, time, identity, privacy, broken machines.

    python -m benchmarks.facts [PART ...] [--json]

About an hour and a half on two idle cores. A part that ends in an error is a row that says so; the others go on.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

PARTS = (
    "sources",
    "bad_inputs",
    "accounts",
    "cleaning",
    "sessions",
    "identity",
    "snowplow",
    "privacy",
    "cost",
    "defects",
    "breaking",
)
EMPTY: dict[str, Any] = {
    "name": None,
    "metric": None,
    "value": None,
    "peer": None,
    "goal": None,
    "reached": None,
}
# A process each: what a part leaves in memory does not touch the next.
CODE = "import json; from benchmarks.proofs.{part} import rows; print(*map(json.dumps, rows()), sep='\\n', flush=True)"


def rows_of(part: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a part: name, metric, value, peer, goal, reached; an error is a row too."""
    ended = subprocess.run(
        [sys.executable, "-c", CODE.format(part=part)], stdout=subprocess.PIPE, text=True, check=False
    )
    found = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    if ended.returncode:
        found.append(
            {"name": part, "metric": "exit code", "value": ended.returncode, "goal": 0, "reached": False}
        )
    yield from ({"part": part, **EMPTY, **row} for row in found)


def main() -> None:
    """Print a line per figure, as a table or as JSON lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if strangers := sorted(set(arguments.parts) - set(PARTS)):
        parser.error(f"'{strangers[0]}' is none of {', '.join(PARTS)}")
    libraries = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "dbt-core", "dagster", "lightgbm"))
    if not arguments.json:
        load = os.getloadavg()[0]
        print(
            f"Python {platform.python_version()}, {libraries}; {os.cpu_count()} cores, load before {load:.1f}"
        )
    for part in arguments.parts or PARTS:
        for row in rows_of(part):
            goal = "" if row.get("goal") is None else f"goal {row['goal']}"
            verdict = {True: "reached", False: "MISSED"}.get(row.get("reached"), "")
            print(
                json.dumps(row)
                if arguments.json
                else f"{part:10} {row['name']!s:24} {row['metric']!s:60} {row['value']!s:>14} {goal} {verdict}",
                flush=True,
            )


if __name__ == "__main__":
    main()
