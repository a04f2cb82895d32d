"""A machine that does not do as it should: many runs at once, a full disk, folders that cannot be written.

    python -m benchmarks.proofs.machine      # as root: it mounts a small tmpfs and binds a folder read-only

After each, one run heals and every cell is compared with the undisturbed home's.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.breaking import asked, command, warm_up
from benchmarks.comparing import copied, home_digest, served
from benchmarks.proofs.kills import Flow, next_day_flow
from dmp.settings import Home

RUNS = 20
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
    aside = home.root.with_name("aside")
    home.root.rename(aside)
    home.root.mkdir()
    size = f"size={used // MEGABYTE + free_megabytes + 4}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", home.root], check=True)
    subprocess.run(["cp", "-a", f"{aside}/.", home.root], check=True)
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


def try_one(name: str, flow: Flow, home: Home, broken: Callable[[], str]) -> None:
    """Print what a broken machine's run said, what a reader saw, and whether one run healed."""
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


def failed_run(home: Home) -> str:
    """Run and return its exit code and last line."""
    ended = command("run", home=home)
    return f"exit {ended.code}, traceback: {'Traceback' in ended.output}: {ended.output.strip().splitlines()[-1][:250]}"


def main() -> None:
    """Try each and print a line."""
    warm_up()
    with tempfile.TemporaryDirectory() as name:
        flow = next_day_flow(Path(name), 40, 15)
        home = copied(flow.before, Path(name) / "at_once")
        try_one(f"{RUNS} runs at once", flow, home, lambda: f"exit codes {sorted(set(at_once(home)))}")
        for folder in ("landing", "builds", "."):
            home = copied(flow.before, Path(name) / "read_only")

            def broken(home: Home = home, folder: str = folder) -> str:
                with read_only(home.root / folder):
                    return failed_run(home)

            try_one(f"{folder} read-only", flow, home, broken)
        for megabytes in (0, 1, 4, 12):
            home = copied(flow.before, Path(name) / f"full_{megabytes}")
            with full_disk(home, megabytes):
                said = failed_run(home)
            try_one(f"{megabytes} MB left", flow, home, lambda said=said: said)
            subprocess.run(["umount", home.root], check=True)


if __name__ == "__main__":
    main()
