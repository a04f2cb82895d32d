"""A machine that does not do as it should: many runs at once, a full disk, folders that cannot be written.

    python -m benchmarks.proofs.machine      # as root: it mounts a small tmpfs and binds a folder read-only

After each, one run heals and every cell is compared with the undisturbed home's.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.breaking import asked, command, failure_row, warm_up
from benchmarks.comparing import copied, home_digest, served
from benchmarks.proofs.kills import Flow, next_day_flow
from dmp.settings import Home

RUNS = 20
FOLDERS = ("landing", "builds", ".")
# So that the disk is full at the beginning, in the raw stage, in later ones, while publishing, and not at all.
FREE_MEGABYTES = (0, 1, 2, 4, 6, 8, 12, 16, 24)
MEGABYTE = 1 << 20


def at_once(home: Home) -> list[int]:
    """Start many runs at the same moment; return their exit codes."""
    children = []
    for number in range(RUNS):
        child = os.fork()
        if child == 0:
            # Each tells its output to a file of its own, beside a name of its own.
            os._exit(command("run", home=home, label=f"{home.root.name}.{number}").code)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


@contextmanager
def full_disk(home: Home, free_megabytes: int) -> Iterator[None]:
    """Put the home on a disk of its own with little room left."""
    used = sum(
        path.stat().st_size for path in home.root.rglob("*") if path.is_file() and not path.is_symlink()
    )
    aside = home.root.with_name(f"{home.root.name}_aside")
    home.root.rename(aside)
    home.root.mkdir()
    size = f"size={used // MEGABYTE + free_megabytes + 4}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", home.root], check=True)
    subprocess.run(["cp", "-a", f"{aside}/.", home.root], check=True)
    shutil.rmtree(aside)
    filler = home.root / "filler"
    with filler.open("wb") as file:
        room = os.statvfs(home.root)
        file.write(bytes(max(0, room.f_bavail * room.f_frsize - free_megabytes * MEGABYTE)))
    try:
        yield
    finally:
        filler.unlink()
        subprocess.run(["mount", "-o", "remount,size=1g", home.root], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Bind a folder onto itself, read-only."""
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def try_one(name: str, flow: Flow, home: Home, broken: Callable[[], str]) -> bool:
    """Return whether a reader saw a whole build and one run healed; print that and what the broken run said."""
    said = broken()
    seen = asked(served, home)
    is_whole = seen in (flow.served_before, flow.served_after)
    healed = command("run", home=home)
    cells = asked(home_digest, home)
    other = [
        table
        for table in sorted(cells.keys() | flow.cells_after)
        if cells.get(table) != flow.cells_after.get(table)
    ]
    print(f"{name}: {said}; reader whole: {is_whole}; next run {healed.code}; differing: {other}", flush=True)
    return is_whole and healed.code == 0 and not other and "traceback: True" not in said


def failed_run(home: Home) -> str:
    """Run and return its exit code, the step that it came to and its last line."""
    ended = command("run", home=home)
    steps = re.findall(r"^ *\d+ of \d+ (\w+)", ended.output, re.MULTILINE)
    last = ended.output.strip().splitlines()[-1][-250:]
    return f"exit {ended.code} after {steps[-1:]}, traceback: {'Traceback' in ended.output}: {last}"


def try_full_disk(flow: Flow, home: Home, megabytes: int) -> bool:
    """Fill the disk but for some megabytes; whether the run, if it failed, said so and all was healed."""
    with full_disk(home, megabytes):
        said = failed_run(home)
    is_healed = try_one(f"{megabytes} MB left", flow, home, lambda: said)
    subprocess.run(["umount", home.root], check=True)
    return is_healed and ("exit 0" in said or "is full" in said)


def rows() -> list[dict[str, Any]]:
    """Return how many of each kind went otherwise than promised; print a line for each."""
    warm_up()
    with tempfile.TemporaryDirectory() as name:
        flow = next_day_flow(Path(name), 40, 15)
        home = copied(flow.before, Path(name) / "at_once")
        codes = at_once(home)
        is_healed = try_one("at once", flow, home, lambda: f"exit codes {sorted(set(codes))}")
        found = [failure_row("runs at once", f"failed of {RUNS}", sum(map(bool, codes)) + (not is_healed))]
        unhealed = 0
        for folder in FOLDERS:
            home = copied(flow.before, Path(name) / "read_only")

            def broken(home: Home = home, folder: str = folder) -> str:
                with read_only(home.root / folder):
                    return failed_run(home)

            unhealed += not try_one(f"{folder} read-only", flow, home, broken)
        found.append(failure_row("folders that cannot be written", f"not healed of {len(FOLDERS)}", unhealed))
        full = [
            try_full_disk(flow, copied(flow.before, Path(name) / f"full_{free}"), free)
            for free in FREE_MEGABYTES
        ]
        found.append(failure_row("full disks", f"not named or not healed of {len(full)}", full.count(False)))
    return found


if __name__ == "__main__":
    print(*rows(), sep="\n")
