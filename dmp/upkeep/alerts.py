"""Tells whoever is to be told when a run stops, once for each cause, and once when it is gone.

A cause is a place (a gate, a step) of a job; what it says may differ from run to run. A run that failed elsewhere says
nothing of a cause, so only a run of the same job that did all it should takes causes back.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dmp.checked_json import DamagedFileError, read_checked, write_checked
from dmp.landing.personal_data import masked
from dmp.settings import DmpError, Home
from dmp.upkeep.cause import Cause
from dmp.upkeep.channels import REFUSED, Channel, Message, channels
from dmp.upkeep.finding import command

FAILING, CLEARED = "failing", "cleared"
# A message is read on a telephone.
LONGEST = 600


def told(home: Home) -> dict[str, dict[str, Any]]:
    """Return the causes that somebody was told of and that are not gone yet, by key.

    Each: job, cause, first_seen_at, channels that took it. A damaged record is begun anew: its causes are told again.
    """
    try:
        return (read_checked(_record(home)) or {}).get("told", {})
    except DamagedFileError:
        return {}


def report(home: Home, job: str, causes: Iterable[Cause]) -> list[str]:
    """Tell of the causes of a job's run that ended, or that those of its earlier runs are gone where it has none.

    Returns one sentence for each channel that did not take a message; that message goes out after the next run.
    Never raises: an alert that cannot be sent changes nothing about the run.
    """
    try:
        open_channels = channels(home.settings().alerts)
        if not open_channels and not _record(home).exists():
            return []
        with _alone(home):
            return _report(home, job, list(causes), open_channels)
    except (DmpError, OSError) as error:
        return [f"no alert could be sent: {error}"]


def _report(home: Home, job: str, causes: list[Cause], open_channels: dict[str, Channel]) -> list[str]:
    known, said = told(home), []
    for cause in causes:
        key = f"{job} {cause.key}"
        entry = known.setdefault(
            key, {"job": job, "cause": cause.key, "first_seen_at": _now(), "channels": []}
        )
        waiting = {name: send for name, send in open_channels.items() if name not in entry["channels"]}
        taken, refused = _send(waiting, _failing(home, job, cause))
        entry["channels"] += taken
        said += refused
    if not causes:
        for key in [key for key, entry in known.items() if entry["job"] == job]:
            known[key], refused = _clear(home, known[key], open_channels)
            said += refused
            if not known[key]["channels"]:
                del known[key]
    write_checked(_record(home), {"told": known})
    return said


def _clear(
    home: Home, entry: dict[str, Any], open_channels: dict[str, Channel]
) -> tuple[dict[str, Any], list[str]]:
    """Take a cause back wherever it was told; return what is left to take back. A channel that is off is done with."""
    waiting = {name: send for name, send in open_channels.items() if name in entry["channels"]}
    taken, refused = _send(waiting, _cleared(home, entry))
    return {**entry, "channels": [name for name in waiting if name not in taken]}, refused


def _send(waiting: dict[str, Channel], message: Message) -> tuple[list[str], list[str]]:
    """Return the channels that took a message, and a sentence for each that did not."""
    taken, refused = [], []
    for name, send in waiting.items():
        try:
            send(message)
        except REFUSED as error:
            refused.append(f"the {name} did not take an alert ({error}): it is sent again after the next run")
        else:
            taken.append(name)
    return taken, refused


def _failing(home: Home, job: str, cause: Cause) -> Message:
    # Errors quote the value that they stumbled over.
    says = masked(cause.says)[:LONGEST]
    next_ = command(home, "doctor")
    text = (
        f"{job} of {home.root} stopped at {cause.key}: {says}\n"
        f"Readers keep the build from before. Next: {next_}"
    )
    return Message(FAILING, str(home.root), job, cause.key, text, next_)


def _cleared(home: Home, entry: dict[str, Any]) -> Message:
    next_ = command(home, "status")
    text = (
        f"{entry['job']} of {home.root} did all it should: what it stopped at since {entry['first_seen_at']} "
        f"({entry['cause']}) is gone.\nNext: nothing; `{next_}` says what is published."
    )
    return Message(CLEARED, str(home.root), entry["job"], entry["cause"], text, next_)


def _record(home: Home) -> Path:
    return home.root / "alerts.json"


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """A sensor and a command may report at once: one waits, so that a cause is told once."""
    with (home.root / ".alerts.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
