"""One more file in the open landed day: whom it touches, who really changed, and what the profiles cost.

    python -m benchmarks.keeping_current [--people 3000] [--days 120] [--batches 5] [--json]

The last events of the last day come in a few files, one after another. A false alarm is somebody whose rows were made
anew and came out as they were; a missed change would be somebody who was not touched and whose rows differ where
everybody's are made anew, which is the peer.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from benchmarks.comparing import copied, database_digest
from dmp.defs import transformation
from dmp.defs.running import RunOutcome, run_pending
from dmp.pending import pending_days
from dmp.settings import PROJECT, Home
from dmp.touched import touched_people
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

# Tables of one person's facts each: the others (quantiles, ranks) are always made whole.
PER_PERSON = sorted(
    path.stem
    for path in (PROJECT / "dbt_project" / "models" / "marts" / "profiles").glob("user_*.sql")
    if "materialized='per_person'" in path.read_text()
)


def ran(home: Home) -> RunOutcome:
    """Run what is pending in a home."""
    pending = pending_days(home)
    if pending is None:
        raise RuntimeError("nothing was pending")
    outcome = run_pending(home, pending, lambda step: None)
    if not outcome.is_success:
        raise RuntimeError(outcome.error)
    return outcome


def rows_of_people(home: Home) -> dict[int, int]:
    """Return one hash per person over all their rows in the tables that are made person by person."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        union = " UNION ALL ".join(
            f"SELECT user_key, hash('{name}', rows)::HUGEINT AS digest FROM profiles.{name} AS rows"
            for name in PER_PERSON
        )
        query = f"SELECT user_key, sum(digest) FROM ({union}) GROUP BY user_key"
        return dict(connection.execute(query).fetchall())


def hold_back(home: Home, batches: int) -> list[tuple[Path, bytes]]:
    """Take the last lines of the last day's events out of the landing; return them as the files that come later."""
    day = max(home.landing.glob("shop/*"))
    events = next(day.glob("events*"))
    raw = events.read_bytes()
    if events.suffix == ".zst":
        raw = pa.CompressedInputStream(pa.BufferReader(raw), "zstd").read()
    lines = raw.splitlines(keepends=True)
    size = max(1, len(lines) // (4 * batches))
    kept = len(lines) - batches * size
    events.unlink()
    (day / "events.0.jsonl").write_bytes(b"".join(lines[:kept]))
    return [
        (
            day / f"events.{number + 1}.jsonl",
            b"".join(lines[kept + number * size : kept + (number + 1) * size]),
        )
        for number in range(batches)
    ]


def run_batches(home: Home, later: list[tuple[Path, bytes]], everybody: bool) -> list[dict[str, Any]]:
    """Land and run the files one after another; return what each run did."""
    seen: list[dict[str, Any]] = []
    told: list[list[int] | None] = []

    def spy(connection: duckdb.DuckDBPyConnection, day: Any) -> list[int] | None:
        told.append(None if everybody else touched_people(connection, day))
        return told[-1]

    transformation.touched_people = spy
    for path, content in later:
        before = rows_of_people(home)
        path.write_bytes(content)
        started = time.process_time()
        outcome = ran(home)
        after = rows_of_people(home)
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        touched = set(after) if told[-1] is None else set(told[-1])
        seen.append(
            {
                "cpu": time.process_time() - started,
                "profiles": outcome.seconds["dbt__profiles"],
                "people": len(after),
                "touched": len(touched),
                "changed": len(changed),
                "missed": len(changed - touched),
            }
        )
    return seen


def rows(people: int = 3000, days: int = 120, batches: int = 5) -> list[dict[str, Any]]:
    """Return the figures, one row each."""
    with tempfile.TemporaryDirectory() as name:
        home = Home.at(Path(name) / "home")
        write_world(home.landing, home.truth, people=people, days=days, seed=7, dirt=Dirt.light())
        later = hold_back(home, batches)
        ran(home)
        other = copied(home, Path(name) / "everybody")
        mine = run_batches(home, later, everybody=False)
        theirs = run_batches(
            other, [(other.root / path.relative_to(home.root), text) for path, text in later], True
        )
        same = database_digest(home.warehouse) == database_digest(other.warehouse)
        shutil.rmtree(home.root)
    touched, changed = (sum(batch[what] for batch in mine) for what in ("touched", "changed"))
    false_alarms = round((touched - changed) / touched, 3) if touched else 0.0
    missed = sum(batch["missed"] for batch in mine)
    seconds = [round(sum(batch["profiles"] for batch in found) / batches, 2) for found in (mine, theirs)]
    return [
        _row("people touched by a file", "mean", round(touched / batches, 1), peer=mine[-1]["people"]),
        _row("false alarms", "share of the touched", false_alarms, goal=0.5, reached=false_alarms <= 0.5),
        _row("missed changes", "people", missed, goal=0, reached=missed == 0),
        _row("tables equal those made anew for everybody", "all", same, goal=True, reached=same),
        _row("seconds of the profile stage", "mean of a file", seconds[0], peer=seconds[1]),
    ]


def _row(name: str, metric: str, value: Any, **known: Any) -> dict[str, Any]:
    """Return one figure; `known` are its peer, its goal and whether it was reached, where there are such."""
    return {
        "name": name,
        "metric": metric,
        "value": value,
        "peer": None,
        "goal": None,
        "reached": None,
        **known,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--batches", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    for row in rows(arguments.people, arguments.days, arguments.batches):
        print(
            json.dumps(row) if arguments.json else "{name:45} {metric:25} {value} (peer {peer})".format(**row)
        )
