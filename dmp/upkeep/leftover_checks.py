"""Who writes to a home now, and what those left who did not come to their end."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from dmp.privacy.receipts import BEGUN, read_receipts
from dmp.settings import DmpError, Home
from dmp.upkeep.finding import Finding, command, ok, problem, warning
from dmp.warehouse import provenance, unfinished_range

# A delivery takes minutes; what still has its dot-name after a day was forgotten.
LONG = 86_400


def writer(home: Home) -> Iterator[Finding]:
    """Whether somebody writes to the home now."""
    if not is_locked(home):
        yield ok("lock", "nobody writes to this home")
        return
    holder = _holder(home.lock)
    yield ok("lock", f"{f'process {holder}' if holder else 'a process'} writes to this home now")


def is_locked(home: Home) -> bool:
    """Whether the home's writer lock is held; it is not taken. A kernel lock is held by a living process only."""
    with suppress(FileNotFoundError, PermissionError), home.lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _holder(path: Path) -> int | None:
    """Return the id of the process that holds a lock on `path`, where the system tells (Linux)."""
    inode = path.stat().st_ino
    with suppress(OSError):
        for line in Path("/proc/locks").read_text().splitlines():
            # 1: FLOCK  ADVISORY  WRITE 4711 08:01:131 0 EOF
            words = line.split()
            if "FLOCK" in words and words[-3].rpartition(":")[2] == str(inode) and "->" not in words:
                return int(words[words.index("WRITE") + 1]) if "WRITE" in words else None
    return None


def leftovers(home: Home) -> Iterator[Finding]:
    """What a stopped run, comparison or erasure left; what a run holds now is no leftover."""
    if is_locked(home):
        yield ok("leftovers", "not looked at while a run is under way")
        return
    found = [
        *_unfinished_run(home),
        *_unfinished_rotation(home),
        *_unfinished_erasures(home),
        *_forgotten(home),
    ]
    yield from found or [ok("leftovers", "none")]


def _unfinished_run(home: Home) -> Iterator[Finding]:
    known = provenance(home)
    if known is not None and not known.get("is_complete", False):
        yield warning(
            "leftovers",
            "a run of all days did not come to its end; readers have the build from before",
            command(home, "run"),
        )
    elif begun := unfinished_range(home):
        yield warning(
            "leftovers",
            f"a run of {begun[0]} to {begun[1]} did not come to its end; readers have the build from before",
            command(home, "run"),
        )
    halves = sorted(home.builds.glob(".*")) if home.builds.is_dir() else []
    if halves:
        names = ", ".join(path.name for path in halves)
        yield warning("leftovers", f"half-built in {home.builds}: {names}", command(home, "run"))
    if home.verification.exists():
        yield warning(
            "leftovers",
            f"{home.verification} holds a comparison that was stopped, or one under way",
            command(home, "verify"),
        )


def _unfinished_rotation(home: Home) -> Iterator[Finding]:
    if home.key_file.with_name("rotation").exists():
        yield problem(
            "leftovers", "a rotation of the key did not come to its end", command(home, "key", "rotate")
        )


def _unfinished_erasures(home: Home) -> Iterator[Finding]:
    try:
        begun = [receipt["receipt_id"] for receipt in read_receipts(home) if receipt["state"] == BEGUN]
    except DmpError as error:
        yield problem("erasures", str(error))
        return
    for receipt_id in begun:
        yield problem(
            "erasures",
            f"erasure {receipt_id} was stopped: its people are not gone yet",
            command(home, "erase", "USER") + "  (the people whom it was typed for)",
        )


def _forgotten(home: Home) -> Iterator[Finding]:
    """Deliveries that were begun under a dot-name and never renamed."""
    old = time.time() - LONG
    waiting = [
        path for path in sorted(home.landing.glob("*/*/.*")) if path.is_file() and path.lstat().st_mtime < old
    ]
    if waiting:
        shown = waiting[0].relative_to(home.root)
        yield warning(
            "deliveries",
            f"{len(waiting)} files have had a dot-name for more than a day, so no run reads them: {shown}",
            "rename them once they are complete, or remove them",
        )
