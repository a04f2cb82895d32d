"""Whether the machine and the installed libraries are those that the platform is tried on."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb
from packaging.requirements import Requirement

from dmp.settings import PROJECT, Home, SettingsError
from dmp.upkeep.finding import Finding, ok, problem, size, warning

LOCK = PROJECT / "requirements.lock"
PINNED = re.compile(r"^[A-Za-z0-9][^\\\n]*", re.MULTILINE)
# DuckDB counts memory in powers of ten: 2GB is 2,000,000,000 bytes.
UNITS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
}
AMOUNT = re.compile(r"\s*([0-9.]+)\s*([A-Za-z]+)\s*")


def machine(home: Home) -> Iterator[Finding]:
    """The system, Python, and the memory that the settings ask for."""
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    if platform.system() == "Linux":
        yield ok("system", system)
    elif platform.system() == "Darwin":
        yield warning("system", f"{system}: macOS is expected to work and is not tried")
    else:
        yield problem("system", f"{system} is not supported: file locks and links are POSIX")
    try:
        asked = home.settings().memory_limit
    except SettingsError:
        return
    has = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if (wanted := byte_count(asked)) and wanted > has * 0.8:
        yield warning(
            "memory",
            f"memory_limit is {asked} and the machine has {size(has)}: a run may be killed",
            f"set memory_limit in {home.root / 'settings.yaml'} to at most {size(has * 0.8)}",
        )
    else:
        yield ok("memory", f"memory_limit is {asked}, the machine has {size(has)}")


def byte_count(text: str) -> float | None:
    """Return the bytes that DuckDB reads in a text such as 2GB; None where it is no such text."""
    if not (found := AMOUNT.fullmatch(text)) or found[2].upper() not in UNITS:
        return None
    return float(found[1]) * UNITS[found[2].upper()]


def libraries(_: Home, lock: Path = LOCK) -> Iterator[Finding]:
    """Whether the installed libraries have the versions of the lock file, which the tests ran with."""
    if not lock.exists():
        yield warning("libraries", f"no lock file at {lock}: versions were not compared")
        return
    pinned = PINNED.findall(lock.read_text())
    differing = [found for found in map(_differing, pinned) if found]
    if differing:
        yield warning(
            "libraries",
            f"{len(differing)} of {len(pinned)} differ from {lock.name}: {', '.join(differing[:5])}",
            f"python -m pip install --require-hashes -r {lock}",
        )
    else:
        yield ok("libraries", f"as in {lock.name}, DuckDB {duckdb.__version__}")


def _differing(line: str) -> str | None:
    """Return how an installed library differs from a line of the lock; None where that is for other systems."""
    pinned = Requirement(line)
    if pinned.marker and not pinned.marker.evaluate():
        return None
    try:
        has = version(pinned.name)
    except PackageNotFoundError:
        has = "absent"
    wanted = str(pinned.specifier).removeprefix("==")
    return None if has == wanted else f"{pinned.name} {has} instead of {wanted}"
