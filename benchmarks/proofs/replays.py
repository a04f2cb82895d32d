"""The same landed days in many orders of processing, every table up to insight compared cell by cell.

python -m benchmarks.proofs.replays [--orders 20] [--first 0] [--raw-only]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.comparing import database_digest
from benchmarks.replays import deliveries, load_raw, run_facts, shuffle_lines
from dmp.settings import Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

DIRT = Dirt(late=0.05, duplicates=0.05, broken=0.02)
# What tells where in a file a record stood; a digest is of whole rows, these columns too.
PLACES = ("source_line", "winner_source_line", "row_id", "content_hash", "byte_count", "digest")


def equal_orders(orders: range, run: Callable[[Home], str | None] = run_facts) -> int:
    """Return how many orders gave the same cells; print the steps of each and the tables that differ.

    In every second order the lines of each file come in a random order too, and all is compared but where they stood.
    """
    os.environ.setdefault("DMP_KEY", "the harness has no secrets")
    equal = 0
    with tempfile.TemporaryDirectory() as name:
        once, home = Home.at(Path(name) / "once"), Home.at(Path(name) / "again")
        write_world(once.landing, once.truth, people=40, days=14, seed=3, dirt=DIRT)
        run(once)
        for seed in orders:
            shutil.rmtree(home.root, ignore_errors=True)
            chance = random.Random(seed)  # noqa: S311 - a seeded order
            final = Path(shutil.copytree(once.landing, Path(name) / "final", dirs_exist_ok=True))
            is_shuffled = seed % 2 == 1
            if is_shuffled:
                shuffle_lines(final, chance)
            steps = [(step, run(home)) for step in deliveries(final, home.landing, chance)]
            without = PLACES if is_shuffled else ()
            expected, found = (database_digest(one.warehouse, without) for one in (once, home))
            other = sorted(table for table in expected | found if expected.get(table) != found.get(table))
            equal += not other
            print(f"order {seed}: {len(steps)} steps, {len(expected)} tables, differing: {other}", flush=True)
            if other:
                print(*steps, sep="\n", flush=True)
    return equal


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first order")
    parser.add_argument("--raw-only", action="store_true")
    arguments = parser.parse_args()
    orders = range(arguments.first, arguments.first + arguments.orders)
    found = equal_orders(orders, load_raw if arguments.raw_only else run_facts)
    print(f"{found} of {arguments.orders} orders give the same cells")
