"""The same landed days in many orders of processing, SQL tables compared cell by cell.

python -m benchmarks.proofs.replays [--orders 20] [--raw-only]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
from pathlib import Path

from benchmarks.comparing import database_digest
from benchmarks.replays import MODELS, deliveries, run_sql
from dmp.settings import Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world


def equal_orders(orders: int, models: str | None = MODELS) -> int:
    """Return how many orders gave the same cells; print the steps of each and the tables that differ."""
    os.environ.setdefault("DMP_KEY", "the harness has no secrets")
    equal = 0
    with tempfile.TemporaryDirectory() as name:
        once, home = Home.at(Path(name) / "once"), Home.at(Path(name) / "again")
        dirt = Dirt(late=0.05, duplicates=0.05, broken=0.02)
        write_world(once.landing, once.truth, people=40, days=14, seed=3, dirt=dirt)
        run_sql(once, models=models)
        expected = database_digest(once.warehouse)
        for seed in range(orders):
            shutil.rmtree(home.root, ignore_errors=True)
            chance = random.Random(seed)  # noqa: S311 - a seeded order
            steps = [
                (step, run_sql(home, models=models))
                for step in deliveries(once.landing, home.landing, chance)
            ]
            found = database_digest(home.warehouse)
            other = [
                table for table in sorted(expected.keys() | found) if expected.get(table) != found.get(table)
            ]
            equal += not other
            print(f"order {seed}: {len(steps)} steps, {len(expected)} tables, differing: {other}", flush=True)
            if other:
                print(*steps, sep="\n", flush=True)
    return equal


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--raw-only", action="store_true")
    arguments = parser.parse_args()
    found = equal_orders(arguments.orders, None if arguments.raw_only else MODELS)
    print(f"{found} of {arguments.orders} orders give the same cells")
