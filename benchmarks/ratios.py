"""What the platform takes as ratios of one run, kept for every commit that measured them; under a minute.

    python -m benchmarks.ratios             # measure and add a line to docs/ratios.jsonl
    python -m benchmarks.ratios --report    # what changed between the last two lines

A machine is fast or slow, busy or idle, and so are both sides of a ratio: 1,000,000 made-up events, the platform's SQL
beside the column scan and beside pandas (see benchmarks/engines.py). The better of two runs of each counts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.engines import PLATFORM, asked, command, made_log
from benchmarks.machine import machine
from benchmarks.spent import Spent, spent

EVENTS, TIMES, TIMEOUT_SECONDS = 1_000_000, 2, 60.0
KEPT = Path(__file__).parents[1] / "docs" / "ratios.jsonl"
# What two runs of the same code were seen to differ by on a busy machine; the scan is a tenth of a second.
NOISE = {"cpu_of_scan": 1.0, "cpu_of_scan_and_sort": 0.3, "cpu_of_pandas": 0.15, "memory_of_pandas": 0.15}
RATIOS = tuple(NOISE)


def main() -> None:
    """Measure, or report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--report", action="store_true", help="measure nothing, tell what changed")
    parser.add_argument("--kept", type=Path, default=KEPT, help="file of one line per measured commit")
    given = parser.parse_args()
    if not given.report:
        line = json.dumps({"commit": commit(), **measured(), "machine": machine()})
        with given.kept.open("a") as kept:
            kept.write(f"{line}\n")
        print(line)
    lines = given.kept.read_text().splitlines() if given.kept.exists() else []
    print(*changes([json.loads(line) for line in lines]), sep="\n")


def commit() -> str:
    """Return the commit that is checked out, marked if files differ from it."""
    described = [
        "git",
        "-C",
        str(KEPT.parent),
        "describe",
        "--always",
        "--dirty",
        "--exclude=*",
        "--abbrev=10",
    ]
    return subprocess.run(described, capture_output=True, text=True, check=True).stdout.strip()


def measured() -> dict[str, Any]:
    """Return the ratios of one run, rounded to what they are good for."""
    with tempfile.TemporaryDirectory() as folder:
        log = made_log(EVENTS, Path(folder))
        floor = json.loads(spent(command("floor", sys.executable, log), TIMEOUT_SECONDS).output)
        own, pandas = (_least(engine, log, Path(folder)) for engine in (PLATFORM, "pandas"))
    ratios = (
        own.cpu_seconds / floor["scan"],
        own.cpu_seconds / floor["sort"],
        own.cpu_seconds / pandas.cpu_seconds,
        own.peak_gib / pandas.peak_gib,
    )
    return {name: round(value, 3) for name, value in zip(RATIOS, ratios, strict=True)}


def _least(engine: str, log: Path, folder: Path) -> Spent:
    runs = [asked(engine, Path(sys.executable), log, folder) for _ in range(TIMES)]
    if failed := next((run.error for run in runs if run.error), None):
        sys.exit(f"{engine}: {failed}")
    return min(runs, key=lambda run: run.cpu_seconds)


def changes(lines: list[dict[str, Any]]) -> list[str]:
    """Return a text per ratio: the last line beside the one before it."""
    if len(lines) < 2:
        return ["nothing to compare with yet"]
    before, now = lines[-2:]
    told = [f"{before['commit']} -> {now['commit']}"]
    if before["machine"].partition(", load")[0] != now["machine"].partition(", load")[0]:
        told.append("measured on different machines")
    for name in RATIOS:
        change = now[name] / before[name] - 1
        verdict = "within noise" if abs(change) <= NOISE[name] else "WORSE" if change > 0 else "better"
        told.append(f"{name:22} {before[name]:>8.3f} -> {now[name]:>8.3f}  {change:+7.1%}  {verdict}")
    return told


if __name__ == "__main__":
    main()
