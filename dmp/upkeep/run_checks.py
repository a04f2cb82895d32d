"""How the last run ended, and which gates or steps stopped it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dmp.settings import Home
from dmp.upkeep.cause import EndedRun
from dmp.upkeep.finding import Finding, ok, problem

LastRun = Callable[[Home], EndedRun | None]


def last_run(home: Home, read: LastRun) -> Iterator[Finding]:
    """Whether the last run that ended did what it should, and if not, where it stopped.

    read: returns that run, None where none ever ended.
    """
    run = read(home)
    if run is None:
        yield ok("last run", "none has ended yet")
        return
    if not run.causes:
        yield ok("last run", f"{run.job} of {run.ended_at:%Y-%m-%d %H:%M} UTC did all it should")
        return
    for cause in run.causes:
        yield problem(
            "gate" if cause.is_gate else "last run",
            f"{run.job} of {run.ended_at:%Y-%m-%d %H:%M} UTC stopped at {cause.where}: {cause.says}",
            cause.next_command(home),
        )
