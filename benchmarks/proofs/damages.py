"""Files of a home that are damaged one at a time: what a reader is told, and what one run makes of it.

    python -m benchmarks.proofs.damages [--count 150] [--healed-every 5]

After each damage a reader asks every published table and `dmp status` and `dmp sql` are tried: a right answer or one
sentence, never a wrong one. Databases that nobody noticed are compared cell by cell. Every n-th home is healed by the
command that it was told, and compared with the undamaged one.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.breaking import Kill, asked, command, warm_up
from benchmarks.comparing import copied, database_digest, home_digest, served
from benchmarks.proofs.kills import Flow, next_day_flow
from dmp.healing import is_damaged
from dmp.settings import Home

KINDS = ("flip", "zero_tail", "cut", "empty")
TARGETS = {
    "published database": "published/dmp.duckdb",
    "published Parquet": "published/parquet/*/*.parquet",
    "build.json": "published/build.json",
    "warehouse": "warehouse.duckdb",
    "warehouse.json": "warehouse.json",
    "vault": "vault.duckdb",
    "warehouse's log": "warehouse.duckdb.wal",
    "vault's log": "vault.duckdb.wal",
    "model": "models/*/*/*.*",
    "dagster.yaml": "dagster/dagster.yaml",
    "Dagster's databases": "dagster/history/*.db",
    "landed file": "landing/*/*/*.*",
    "fingerprints": "landing/.fingerprints.json",
}
# A log lies beside a database only once a run was killed: here, after it had committed to that database.
KILLED = {
    "warehouse's log": ("dmp.defs.warehouse", "replace_tables", "after"),
    "vault's log": ("dmp.landing.loading", "write_vault", "after"),
}
QUERY = "SELECT lifecycle_stage, count(*) AS people FROM user_profiles GROUP BY ALL ORDER BY ALL"


@dataclass
class Tally:
    """Damages by file and by what became of them, and each failure in a sentence."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    healed: int = 0
    failures: list[str] = field(default_factory=list)


def damage(path: Path, kind: str, chance: random.Random) -> None:
    """Spoil a file: `flip` a bit, write a `zero_tail`, `cut` it, or make it `empty`."""
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content)) if content else 0
    if kind == "flip" and content:
        content[place] ^= 1 << chance.randrange(8)
    elif kind == "zero_tail":
        content[place:] = bytes(len(content) - place)
    elif kind == "cut":
        del content[place:]
    else:
        content.clear()
    # In place, as a failing disk would: the same inode, the same time of change.
    stamp = path.stat()
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


def look(flow: Flow, answer: str, home: Home, label: str, tally: Tally) -> str:
    """Ask a damaged home as its readers do; return whether all was right, or a sentence said what is wrong."""
    seen = asked(served, home)
    is_named = str(seen.get("raised", "")).startswith("DmpError")
    if seen != flow.served_before and not is_named:
        tally.failures.append(f"{label}: a reader saw {str(seen)[:300]}")
    said = [command("sql", QUERY, home=home), command("status", home=home)]
    for ended in said:
        if "Traceback" in ended.output or ended.code not in (0, 1, 2):
            tally.failures.append(f"{label}: exit {ended.code}: {ended.output[-600:]}")
    if said[0].code == 0 and said[0].output != answer:
        tally.failures.append(f"{label}: wrong answer: {said[0].output}")
    return "named" if is_named or said[0].code or "damaged" in said[1].output else "answers right"


def notice(flow: Flow, home: Home, target: str, label: str, tally: Tally) -> str | None:
    """Return whether a database is damaged in a way that reading it whole shows, None for other files."""
    if target not in ("warehouse", "vault"):
        return None
    path, whole = (
        (home.warehouse, flow.before.warehouse) if target == "warehouse" else (home.vault, flow.before.vault)
    )
    if is_damaged(path):
        return "noticed when read"
    if asked(database_digest, path) != asked(database_digest, whole):
        tally.failures.append(f"{label}: other cells, and nobody noticed")
    return "every cell is right"


def heal(flow: Flow, home: Home, label: str, tally: Tally) -> None:
    """Do what the home says until it is whole, at most twice, and compare it."""
    ended = command("run", home=home)
    if ended.code:
        told = " ".join(ended.output.split())
        if "Traceback" in told or not re.search(r"(dmp run|restore|remove)", told):
            tally.failures.append(f"{label}: exit {ended.code}: {ended.output[-600:]}")
        if "vault.duckdb is damaged" in told:
            home.vault.unlink()
        ended = command("run", "--rebuild", home=home)
    if ended.code:
        tally.failures.append(f"{label}: not healed: {ended.output[-600:]}")
        return
    tally.healed += 1
    if "landed file" not in label:
        cells = asked(home_digest, home)
        names = sorted(
            name for name in cells.keys() | flow.cells_after if cells.get(name) != flow.cells_after.get(name)
        )
        if names:
            tally.failures.append(f"{label}: not as before: {names[:8]}")


def killed_homes(flow: Flow, folder: Path) -> dict[str, Home]:
    """Return, for each log, a copy of the home whose run was killed and left one."""
    homes = {}
    for target, place in KILLED.items():
        homes[target] = copied(flow.before, folder / place[1])
        command("run", home=homes[target], kill=Kill(place=place))
        if not (homes[target].root / TARGETS[target]).exists():
            sys.exit(f"a run killed at {place} left no {TARGETS[target]}")
    return homes


def spoil(before: Home, folder: Path, target: str, kind: str, chance: random.Random) -> tuple[Home, Path]:
    """Return a copy of the home with one file damaged, and that file."""
    home = copied(before, folder)
    path = chance.choice(sorted(home.root.glob(TARGETS[target])))
    damage(path, kind, chance)
    return home, path


def damage_many(count: int, healed_every: int = 5, seed: int = 1) -> Tally:
    """Damage `count` files, each in a fresh copy of a home; print what became of each, and each failure."""
    chance, tally = random.Random(seed), Tally()  # noqa: S311 - a seeded harness
    warm_up()
    with tempfile.TemporaryDirectory() as name:
        flow = next_day_flow(Path(name), people=40, days=15)
        answer = command("sql", QUERY, home=flow.before).output
        killed = killed_homes(flow, Path(name))
        homes = {target: killed.get(target, flow.before) for target in TARGETS}
        targets = [target for target, home in homes.items() if any(home.root.glob(TARGETS[target]))]
        for number in range(count):
            target, kind = targets[number % len(targets)], chance.choice(KINDS)
            home, path = spoil(homes[target], Path(name) / "spoilt", target, kind, chance)
            label = f"{target}, {kind}, {path.name}"
            before = len(tally.failures)
            outcome = look(flow, answer, home, label, tally)
            outcome = notice(flow, home, target, label, tally) or outcome
            tally.outcomes[target, outcome] += 1
            # Nobody reads a log but the next run.
            if number % healed_every == 0 or target in KILLED:
                heal(flow, home, label, tally)
            print(number + 1, label, outcome, *tally.failures[before:], sep="; ", flush=True)
    return tally


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--healed-every", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(damage_many(arguments.count, arguments.healed_every, arguments.seed))
