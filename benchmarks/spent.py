"""What a command and every process that it starts spend: CPU seconds, wall seconds, peak memory.

Linux only: processes left behind by their parent (Spark's Java is one) are adopted here and counted when they end.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)


@dataclass(frozen=True)
class Spent:
    """cpu_seconds: user and system. peak_gib: the sum of each process's peak. error: what a failure told last."""

    cpu_seconds: float
    wall_seconds: float
    peak_gib: float
    output: str
    error: str | None


def spent(command: Sequence[str], timeout_seconds: float) -> Spent:
    """Run a command to its end, or until its time is over, and return what it took."""
    ctypes.CDLL(None, use_errno=True).prctl(ADOPT_ORPHANS, 1, 0, 0, 0)
    cpu = peak = 0.0
    code, started, is_over = None, perf_counter(), threading.Event()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=output, stderr=errors, start_new_session=True)
        stop = threading.Timer(
            timeout_seconds, lambda: (is_over.set(), os.killpg(process.pid, signal.SIGKILL))
        )
        stop.start()
        while code is None or _has_children():
            pid, status, usage = os.wait4(-1, 0)
            cpu += usage.ru_utime + usage.ru_stime
            peak += usage.ru_maxrss / 1024**2
            if pid == process.pid:
                code = process.returncode = os.waitstatus_to_exitcode(status)
        stop.cancel()
        wall = perf_counter() - started
        output.seek(0)
        errors.seek(0)
        told = [line.strip() for line in errors.read().splitlines() if line.strip()]
        error = (
            "out of time"
            if is_over.is_set()
            else f"exit code {code}: {' '.join(told[-1:])[:200]}"
            if code
            else None
        )
        return Spent(cpu, wall, peak, output.read(), error)


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
