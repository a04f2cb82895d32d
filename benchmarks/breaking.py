"""Runs of the command line in forks of one warm parent, and how they are killed.

Imports are paid once: every try runs in a fork of a parent that has them. Linux only.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmp.settings import Home

MODULES = (
    "dmp.cli",
    "dmp.definitions",
    "dmp.defs.running",
    "dmp.run_report",
    "great_expectations",
    "lightgbm",
)
# What changes files: told to an audit hook before it happens.
FILE_EVENTS = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.link", "os.truncate"}
# Places by name: module, function and whether the kill comes before it or after it.
PLACES = [
    ("dmp.landing.loading", "write_vault", "before"),
    ("dmp.landing.loading", "write_vault", "after"),
    ("dmp.landing.loading", "landed_files", "before"),
    ("dmp.defs.warehouse", "replace_tables", "before"),
    ("dmp.defs.warehouse", "replace_tables", "after"),
    ("dmp.defs.quality", "_keep", "before"),
    ("dmp.publish", "_copy_table", "after"),
    ("dmp.publish", "_make", "after"),
    ("dmp.publish", "_put", "after"),
    ("dmp.publish", "_swap", "after"),
    ("dmp.publish", "_forget_old_builds", "after"),
    ("dmp.defs.publishing", "finish_run", "after"),
]


@dataclass(frozen=True)
class Kill:
    """When a run dies: after so many CPU seconds, at its n-th change of a file of the home, or at a place by name."""

    cpu_seconds: float | None = None
    file_change: int | None = None
    place: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (negative: the signal), what it printed, its changes of files, its time."""

    code: int
    output: str
    file_changes: int
    seconds: float
    cpu_seconds: float


def warm_up() -> None:
    """Import, in this process, what a run imports, and read the SQL project."""
    os.environ.setdefault("DMP_KEY", "the harness has no secrets")
    for name in MODULES:
        importlib.import_module(name)
    from dmp.transformation import _manifest, project_hash

    _manifest(project_hash())


def learn_imports(home: Home) -> None:
    """Run what is pending in a fork, and import here what it imported late: half the time of every later try."""
    for name in asked(_modules_of_a_run, home):
        with suppress(Exception):
            importlib.import_module(name)


def _modules_of_a_run(home: Home) -> list[str]:
    from dmp.defs.running import run_pending
    from dmp.pending import pending_days

    pending = pending_days(home)
    if pending:
        run_pending(home, pending, lambda step: None)
    return sorted(sys.modules)


def command(*arguments: str, home: Home, kill: Kill | None = None, label: str | None = None) -> Ended:
    """Run `dmp <arguments> --home HOME` in a fork; what it says is kept beside the home under `label`."""
    told = home.root.with_name(f"{label or home.root.name}.told")
    changes = home.root.with_name(f"{label or home.root.name}.changes")
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        handle = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        _watch(home, kill, changes)
        sys.argv = ["dmp", *arguments, "--home", str(home.root)]
        importlib.import_module("dmp.cli").main()
    if kill and kill.cpu_seconds is not None:
        _kill_when_worked(child, kill.cpu_seconds)
    _, status, used = os.wait4(child, 0)
    count = int(changes.read_text() or 0) if changes.exists() else 0
    return Ended(
        os.waitstatus_to_exitcode(status),
        told.read_text(errors="replace"),
        count,
        time.perf_counter() - started,
        used.ru_utime + used.ru_stime,
    )


def _kill_when_worked(child: int, cpu_seconds: float) -> None:
    """End a process once it has worked so long: the machine's load moves no kill."""
    stat = Path(f"/proc/{child}/stat")
    ticks = cpu_seconds * os.sysconf("SC_CLK_TCK")
    while True:
        state, *times = stat.read_text().rpartition(")")[2].split()
        if state == "Z":
            return
        if int(times[10]) + int(times[11]) >= ticks:
            os.kill(child, signal.SIGKILL)
            return
        time.sleep(0.01)


def _watch(home: Home, kill: Kill | None, changes: Path) -> None:
    """Count this process's changes of files of the home, and end it where `kill` says."""
    counted = [0]
    handle = os.open(changes, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    root = str(home.root)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        is_write = event == "open" and isinstance(arguments[2], int) and arguments[2] & 0o3
        if (event in FILE_EVENTS or is_write) and root in str(arguments[0]) + str(arguments[1:2]):
            counted[0] += 1
            if kill and kill.file_change == counted[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            os.pwrite(handle, str(counted[0]).encode(), 0)

    sys.addaudithook(hook)
    if kill and kill.place:
        module_name, name, when = kill.place
        module = importlib.import_module(module_name)
        setattr(module, name, _dying(getattr(module, name), when))


def _dying(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    def dying(*arguments: Any, **options: Any) -> None:
        if when == "after":
            function(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    return dying


def asked(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function says in a fork, through JSON: no thread of a database may live in the parent."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = json.dumps(function(*arguments))
        except Exception as error:
            said = json.dumps({"raised": f"{type(error).__name__}: {error}"})
        os.write(writing, b"") if not said else None
        with os.fdopen(writing, "w") as file:
            file.write(said)
            file.flush()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        said = file.read()
    os.waitpid(child, 0)
    return json.loads(said) if said else {"raised": "the reader died"}


def failure_row(name: str, metric: str, failures: int) -> dict[str, Any]:
    """Return a row of the table of facts that counts failures: its goal is none."""
    return {
        "name": name,
        "metric": metric,
        "value": failures,
        "peer": None,
        "goal": 0,
        "reached": failures == 0,
    }
