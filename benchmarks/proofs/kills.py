"""Runs that are killed, several in a row, and what one run makes of the home after that.

    python -m benchmarks.proofs.kills [--count 200] [--in-a-row 10]

After every kill a reader asks every published table; after the last of a row one `dmp run` ends undisturbed, and every
table, vault, model and published file is compared with those of a home whose run was never disturbed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.breaking import PLACES, Kill, asked, command, learn_imports, warm_up
from benchmarks.comparing import copied, home_digest, served
from dmp.settings import Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

DIRT = Dirt(late=0.02, duplicates=0.02, broken=0.005)


@dataclass
class Flow:
    """A home before a run and what it is after: the two builds that a reader may see, and the cells to reach."""

    before: Home
    served_before: dict[str, str]
    served_after: dict[str, str]
    cells_after: dict[str, str]
    cpu_seconds: float
    file_changes: int


@dataclass
class Tally:
    """What was counted, and each failure in a sentence."""

    kills: int = 0
    rows_of_kills: int = 0
    reads: int = 0
    failures: list[str] = field(default_factory=list)


def next_day_flow(folder: Path, people: int = 40, days: int = 30) -> Flow:
    """Return the flow of one more day: everything but the last landed day has run and is published."""
    home = Home.at(folder / "before")
    write_world(home.landing, home.truth, people=people, days=days, seed=11, dirt=DIRT)
    last = max(home.landing.glob("shop/*"))
    last.rename(folder / "last")
    learn_imports(home)
    shutil.copytree(folder / "last", last)
    return _flow(home, folder)


def first_run_flow(folder: Path, people: int = 40, days: int = 15) -> Flow:
    """Return the flow of a home in which nothing ran yet."""
    home = Home.at(folder / "before")
    write_world(home.landing, home.truth, people=people, days=days, seed=12, dirt=DIRT)
    return _flow(home, folder)


def _flow(home: Home, folder: Path) -> Flow:
    before = asked(served, home)
    after = copied(home, folder / "after")
    ran = command("run", home=after)
    if ran.code:
        sys.exit(ran.output)
    return Flow(
        home, before, asked(served, after), asked(home_digest, after), ran.cpu_seconds, ran.file_changes
    )


def random_kill(flow: Flow, chance: random.Random) -> Kill:
    """Return a third of kills at a random time, a third at a random change of a file, a third at a named place."""
    kind = chance.randrange(3)
    if kind == 0:
        return Kill(cpu_seconds=chance.uniform(0, flow.cpu_seconds * 0.95))
    if kind == 1:
        return Kill(file_change=chance.randint(1, flow.file_changes))
    return Kill(place=chance.choice(PLACES))


def kill_in_a_row(flow: Flow, home: Home, count: int, chance: random.Random, tally: Tally) -> None:
    """Kill `count` runs of one home, heal it with one run, and compare."""
    killed: list[Kill] = []
    while len(killed) < count:
        kill = random_kill(flow, chance)
        ended = command("run", home=home, kill=kill)
        if ended.code == 0:
            # It ended before its time had come: healed, and no more to kill.
            break
        killed.append(kill)
        print(f"  killed: {kill}, exit {ended.code}", flush=True)
        if ended.code != -9:
            tally.failures.append(f"{kill}: exit {ended.code}: {ended.output[-500:]}")
        tally.reads += 1
        seen = asked(served, home)
        if seen not in (flow.served_before, flow.served_after):
            tally.failures.append(f"{kill}: a reader saw {seen}")
    healed = command("run", home=home)
    if healed.code:
        tally.failures.append(f"{killed}: the next run ended with {healed.code}: {healed.output[-800:]}")
    else:
        cells = asked(home_digest, home)
        names = sorted(
            name for name in cells.keys() | flow.cells_after if cells.get(name) != flow.cells_after.get(name)
        )
        if names:
            tally.failures.append(f"{killed}: not as undisturbed: {names}")
    tally.kills += len(killed)
    tally.rows_of_kills += 1


def kill_many(count: int, in_a_row: int = 10, seed: int = 1) -> Tally:
    """Kill `count` runs, in rows on a fresh copy of a home each; print the counts as they grow, and each failure."""
    chance, tally = random.Random(seed), Tally()  # noqa: S311 - a seeded harness
    warm_up()
    with tempfile.TemporaryDirectory() as name:
        folders = {kind: Path(name) / kind for kind in ("next", "first")}
        for folder in folders.values():
            folder.mkdir()
        flows = [next_day_flow(folders["next"]), first_run_flow(folders["first"])]
        while tally.kills < count:
            flow = flows[tally.rows_of_kills % 4 == 3]
            home = copied(flow.before, Path(name) / "broken")
            kill_in_a_row(flow, home, min(in_a_row, count - tally.kills), chance, tally)
            print(f"{tally.kills} kills in {tally.rows_of_kills} rows", *tally.failures, sep="\n", flush=True)
    return tally


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--in-a-row", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(kill_many(arguments.count, arguments.in_a_row, arguments.seed))
