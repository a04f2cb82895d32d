"""Readers that ask the published copy while builds are swapped in.

    python -m benchmarks.proofs.readers [--reads 1000] [--publishes 50]

Each read opens the current build, reads every table and compares the build that each row names. Only one build is kept,
which is the hardest case: a build may be forgotten between a look at the link and the opening of its file.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.comparing import served
from dmp.publish import PUBLISHED_ACCOUNTS, publish
from dmp.settings import Home, Settings

DAY = date(2026, 6, 28)
TABLES = """
CREATE SCHEMA raw; CREATE SCHEMA profiles;
CREATE TABLE profiles.item_profiles AS SELECT range AS item_id, range * 2 AS view_count_life FROM range(20000);
"""


def read(home: Home) -> str:
    """Return what became of one read: whole, mixed, or the error."""
    try:
        seen = served(home)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    builds = {value for name, value in seen.items() if name != "build_id"}
    is_one = all(f"'{seen['build_id']}', '{seen['build_id']}'" in value for value in builds)
    return "whole" if is_one else f"mixed: {seen}"


def count_reads(home: Home, path: Path, still_published: Path, reads: int) -> None:
    """Read at least `reads` times and until the last build is published; write how the reads ended."""
    counts: Counter[str] = Counter()
    while counts.total() < reads or still_published.exists():
        counts[read(home)] += 1
    path.write_text("\n".join(f"{count} {outcome}" for outcome, count in counts.items()))


def read_while_publishing(reads: int, publishes: int) -> str:
    """Return how many reads ended how."""
    os.environ.setdefault("DMP_KEY", "the harness has no secrets")
    with tempfile.TemporaryDirectory() as name:
        home, told, going = Home(Path(name)), Path(name) / "told", Path(name) / "going"
        going.touch()
        with duckdb.connect(str(home.warehouse)) as connection:
            connection.execute(TABLES)
            for table in PUBLISHED_ACCOUNTS:
                connection.execute(f"CREATE TABLE raw.{table} AS SELECT range AS record_count FROM range(10)")
        publish(home, Settings(builds_kept=1), {DAY: {"file": "first"}}, DAY)
        reader = os.fork()
        if reader == 0:
            count_reads(home, told, going, reads)
            os._exit(0)
        for number in range(publishes):
            publish(home, Settings(builds_kept=1), {DAY: {"file": str(number)}}, DAY)
        going.unlink()
        os.waitpid(reader, 0)
        return told.read_text()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--reads", type=int, default=1000)
    parser.add_argument("--publishes", type=int, default=50)
    arguments = parser.parse_args()
    print(read_while_publishing(arguments.reads, arguments.publishes))
