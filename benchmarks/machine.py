"""The machine on which a figure was measured: processor, memory, load, versions."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

VERSIONS = """
import sys
from importlib.metadata import PackageNotFoundError, version
for name in sys.argv[1:]:
    try:
        print(name, version(name))
    except PackageNotFoundError:
        print(name, "is not there")
"""
OWN = ("duckdb", "pandas", "numpy", "pyarrow")


def machine(peers: Path | None = None, names: Sequence[str] = ()) -> str:
    """Return a line of text; `names` are the packages of the interpreter of the peers."""
    told = [f"{name} {version(name)}" for name in OWN]
    if names:
        ran = subprocess.run(
            [str(peers or sys.executable), "-c", VERSIONS, *names], capture_output=True, text=True, check=True
        )
        told += ran.stdout.split("\n")[:-1]
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{_processor()}, {os.cpu_count()} cores, {gib:.0f} GiB, load before {os.getloadavg()[0]:.1f}; "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {', '.join(told)}"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )
