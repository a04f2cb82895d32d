"""Whether there is room to work in, whether a run may write where it must, and whether files are what was written."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from dmp.builds import damaged_files
from dmp.healing import damaged_models, is_damaged
from dmp.settings import Home
from dmp.upkeep.finding import Finding, command, ok, problem, size, warning
from dmp.upkeep.leftover_checks import is_locked

OPENING = (
    "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True).execute('FROM duckdb_tables() LIMIT 1')"
)


def room(home: Home) -> Iterator[Finding]:
    """Whether the disk has room for a rebuild: the warehouse once more, and a build beside those that are kept.

    Source of the factor: what a run writes before it removes anything.
    """
    if not home.root.exists():
        yield problem("home", f"{home.root} does not exist", command(home, "demo"))
        return
    free = shutil.disk_usage(home.root).free
    needed = _bytes_in(home.warehouse) + _bytes_in(home.published.resolve())
    said = f"{size(free)} free; a run of all days writes about {size(needed)}"
    yield (
        warning("disk", said, f"make room on the disk of {home.root}") if free < needed else ok("disk", said)
    )


def _bytes_in(path: Path) -> int:
    if path.is_dir():
        return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())
    return sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*") if part.is_file())


def rights(home: Home) -> Iterator[Finding]:
    """Whether this account may write where a run writes, and read what has landed."""
    written = (home.root, home.dagster, home.builds, home.models, home.warehouse, home.vault)
    closed = [str(path) for path in written if path.exists() and not os.access(path, os.W_OK)]
    unread = [
        str(path)
        for path in (home.landing, *home.landing.glob("*/*/*"))
        if path.exists() and not os.access(path, os.R_OK)
    ]
    if closed:
        yield problem(
            "rights", f"no run may write {', '.join(closed)}", f"chmod u+w {shlex.join(closed[:3])}"
        )
    if unread:
        yield problem(
            "rights",
            f"{len(unread)} landed files may not be read: {unread[0]}",
            f"chmod u+r {shlex.quote(unread[0])}",
        )
    if not (closed or unread):
        yield ok("rights", "a run may write where it must; Dagster's folder too")


def databases(home: Home, *, is_thorough: bool = False) -> Iterator[Finding]:
    """Whether DuckDB opens the databases; thorough: whether every cell, published file and model can be read."""
    if is_locked(home):
        yield ok("databases", "not opened while a run is under way")
        return
    published = home.published / "dmp.duckdb"
    for path in (home.warehouse, home.vault, published):
        if not path.exists():
            continue
        if is_damaged(path) if is_thorough else not _opens(path):
            yield problem("databases", f"{path.name} is damaged", _way_out(home, path))
        else:
            how = "every cell of it can be read" if is_thorough else "it opens"
            yield ok("databases", f"{path.name}: {how}, {size(path.stat().st_size)}")
    if is_thorough:
        yield from _damaged(home)


def _way_out(home: Home, path: Path) -> str:
    if path == home.vault:
        return f"restore {path}, or remove it and `{command(home, 'run', '--rebuild')}`"
    return command(home, "run")


def _opens(path: Path) -> bool:
    """Open a database in a process of its own: a damaged file can end its reader."""
    opened = subprocess.run([sys.executable, "-c", OPENING, str(path)], check=False, capture_output=True)
    return opened.returncode == 0


def _damaged(home: Home) -> Iterator[Finding]:
    damaged = [str(path) for path in damaged_models(home)]
    if home.published.exists():
        damaged += [str(path) for path in damaged_files(home.published.resolve())]
    for path in damaged:
        yield problem("files", f"{path} is not what was written", command(home, "run"))
    if not damaged:
        yield ok("files", "every published file and model is what was written")
