"""The same questions of the same log in pandas, Polars, chdb, PySpark and the platform's SQL, each in its own process.

    python -m benchmarks.engines [--events 1000000 10000000 50000000] [--engines ENGINE ...] [--peers PYTHON]
                                 [--logs FOLDER] [--picture FILE] [--json]

benchmarks/same_work/questions.py says what is asked. PYTHON is an interpreter with polars, scipy, chdb and pyspark
(which needs Java 17); pandas and the platform run in this one. Every engine may turn texts into integers, which it does
in its own time; starting, importing and writing the answers count. A peer that fails is a row that says so. Answers are
compared with the platform's cell by cell. FOLDER keeps the made-up logs (13 MB a million events).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figures import line, row
from benchmarks.machine import machine
from benchmarks.spent import Spent, spent

PLATFORM = "duckdb"
# Module of benchmarks/same_work and what it is told beside the log and the folder.
ENGINES = {
    PLATFORM: ["on_duckdb"],
    "polars": ["on_polars"],
    "polars_streaming": ["on_polars", "streaming"],
    "pandas": ["on_pandas"],
    "chdb": ["on_chdb"],
    "spark": ["on_spark"],
}
IN_THIS_INTERPRETER = (PLATFORM, "pandas")
# Goals, and the size of log for which they are set.
CPU_OF_BEST_PEER, MEMORY_OF_POLARS, CPU_OF_SCAN = 0.6, 0.4, 8.0
GOALS_AT, GIB_AT, GIB = 10_000_000, 50_000_000, 4.0
TIMEOUT_SECONDS = 3600.0


def main() -> None:
    """Print one line per figure; draw them if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, GOALS_AT, GIB_AT])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument(
        "--peers", type=Path, default=Path(sys.executable), help="interpreter that has the peers"
    )
    parser.add_argument("--logs", type=Path, help="folder that keeps the logs")
    parser.add_argument("--picture", type=Path, help="PNG to draw the figures into")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    print(machine(given.peers, ("polars", "chdb", "pyspark")), file=sys.stderr)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for events in given.events:
            for figure in figures(
                events, given.engines, given.peers, given.logs or Path(folder), Path(folder)
            ):
                print(json.dumps(figure) if given.json else line(figure), flush=True)
                rows.append(figure)
                if told := figure.get("error") or figure.get("differing"):
                    print(figure["peer"], told, file=sys.stderr)
    if given.picture:
        from benchmarks.engines_picture import draw

        draw(rows, given.picture)


def figures(
    events: int, engines: list[str], peers: Path, logs: Path, folder: Path
) -> Iterator[dict[str, Any]]:
    """Yield what each engine takes and whether it answers as the platform does, then the ratios of this run."""
    name = f"{events:,} events"
    log = made_log(events, logs)
    floor = json.loads(spent(command("floor", sys.executable, log), TIMEOUT_SECONDS).output)
    yield row(name, "CPU seconds", floor["scan"], "column scan")
    yield row(name, "CPU seconds", floor["sort"], "scan and sort")
    taken: dict[str, Spent] = {}
    for engine in [PLATFORM, *(one for one in engines if one != PLATFORM)]:
        answers = folder / engine
        answers.mkdir(exist_ok=True)
        found = asked(engine, peers, log, answers)
        peer = None if engine == PLATFORM else engine
        if found.error:
            yield {**row(name, "failed", 1, peer), "error": found.error}
            continue
        taken[engine] = found
        yield row(name, "CPU seconds", found.cpu_seconds, peer)
        yield row(name, "wall seconds", found.wall_seconds, peer)
        yield row(name, "peak GiB", found.peak_gib, peer, goal=GIB if events == GIB_AT and not peer else None)
        if peer:
            differing = differences(folder / PLATFORM, answers)
            yield {**row(name, "tables that differ", len(differing), peer, goal=0), "differing": differing}
    yield from ratios(name, events == GOALS_AT, taken, floor["scan"])


def made_log(events: int, logs: Path) -> Path:
    """Return the made-up log of this size, made if it is not there yet."""
    logs.mkdir(parents=True, exist_ok=True)
    log, unfinished = logs / f"{events}.parquet", logs / f".{events}.parquet"
    if not log.exists():
        subprocess.run([*command("made_log", sys.executable, unfinished), str(events)], check=True)
        unfinished.rename(log)
    return log


def asked(engine: str, peers: Path, log: Path, answers: Path) -> Spent:
    """Ask one engine everything."""
    python = Path(sys.executable) if engine in IN_THIS_INTERPRETER else peers
    module, *further = ENGINES[engine]
    return spent([*command(module, python, log), str(answers), *further], TIMEOUT_SECONDS)


def command(module: str, python: str | Path, log: Path) -> list[str]:
    """Return the command that runs a module of benchmarks/same_work on a log."""
    return [str(python), "-m", f"benchmarks.same_work.{module}", str(log)]


def differences(answers: Path, others: Path) -> dict[str, Any]:
    """Return the tables whose cells are not the same, and how many rows differ."""
    found = spent([*command("cells", sys.executable, answers), str(others)], TIMEOUT_SECONDS)
    tables = {"all": {"differing": found.error}} if found.error else json.loads(found.output)
    return {table: one["differing"] for table, one in tables.items() if one["differing"]}


def ratios(name: str, has_goals: bool, taken: dict[str, Spent], scan: float) -> Iterator[dict[str, Any]]:
    """Yield the platform beside the best peer, Polars and the column scan."""
    if PLATFORM not in taken:
        return
    own = taken.pop(PLATFORM)
    yield row(name, "CPU, times the scan", own.cpu_seconds / scan, goal=CPU_OF_SCAN if has_goals else None)
    if taken:
        best = min(taken, key=lambda engine: taken[engine].cpu_seconds)
        share = own.cpu_seconds / taken[best].cpu_seconds
        yield row(name, f"CPU, times {best}", share, goal=CPU_OF_BEST_PEER if has_goals else None)
    if "polars" in taken:
        share = own.peak_gib / taken["polars"].peak_gib
        yield row(name, "memory, times polars", share, goal=MEMORY_OF_POLARS if has_goals else None)


if __name__ == "__main__":
    main()
