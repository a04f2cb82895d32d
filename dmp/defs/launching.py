"""Whether a run's process is alive: a kernel lock that it holds, and the launcher that looks at it.

The stock launcher sees the death of processes that it started itself; a killed `dmp run`, or a run whose server died
with it, would stay "started" and keep the queue's one place for ever.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher


def _lock_path(folder: Path, run_id: str) -> Path:
    return folder / "alive" / run_id


@contextmanager
def alive(folder: Path, run_id: str) -> Iterator[None]:
    """Hold the run's lock, in the instance's folder, while the block runs; the death of its process frees it."""
    path = _lock_path(folder, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    path.unlink(missing_ok=True)


class WatchedRunLauncher(DefaultRunLauncher):
    """Dagster's own launcher, which also tells its monitor whether a started run still has a process."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Yes."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Return FAILED for a run whose lock nobody holds; without a lock file it is about to start or to end."""
        path = _lock_path(Path(self._instance.root_directory), run.run_id)
        try:
            with path.open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (FileNotFoundError, BlockingIOError):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        path.unlink(missing_ok=True)
        return CheckRunHealthResult(WorkerStatus.FAILED, "the process of this run died")
