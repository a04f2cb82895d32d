"""Looks at a home and its machine, changes nothing, and says of each thing how it stands and what to type next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from dmp.settings import Home
from dmp.terminal import sentence
from dmp.upkeep.alert_checks import alerts
from dmp.upkeep.finding import Finding, problem
from dmp.upkeep.landing_checks import landing, retired_days
from dmp.upkeep.leftover_checks import leftovers, writer
from dmp.upkeep.machine_checks import libraries, machine
from dmp.upkeep.run_checks import LastRun, last_run
from dmp.upkeep.settings_checks import home_key, settings_file
from dmp.upkeep.storage_checks import databases, rights, room

Check = Callable[[Home], Iterator[Finding]]


def diagnose(home: Home, read_last_run: LastRun, *, is_thorough: bool = False) -> list[Finding]:
    """Return every finding, in the order of the checks.

    is_thorough: read every cell of the databases and every published file, not only open them.
    """
    checks: dict[str, Check] = {
        "machine": machine,
        "libraries": libraries,
        "settings": settings_file,
        "key": home_key,
        "disk": room,
        "rights": rights,
        "lock": writer,
        "leftovers": leftovers,
        "databases": partial(databases, is_thorough=is_thorough),
        "landing": landing,
        "retired days": partial(retired_days, is_thorough=is_thorough),
        "alerts": alerts,
        "last run": partial(last_run, read=read_last_run),
    }
    return [finding for name, check in checks.items() for finding in _found(name, check, home)]


def _found(name: str, check: Check, home: Home) -> list[Finding]:
    """Return what a check found; that it could not be made is a finding too."""
    try:
        return list(check(home))
    except Exception as error:
        return [problem(name, f"could not be looked at: {sentence(error)}")]
