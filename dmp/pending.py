"""What a run has to do: the landed days that the published build does not hold as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dmp.landing.days import Fingerprints, changed_days, landed_days
from dmp.publish import code_version, published_build
from dmp.settings import Home, SettingsError
from dmp.warehouse import provenance, unfinished_range


@dataclass(frozen=True)
class Pending:
    """A range of landed days to run, first and last included, and why.

    days: every landed day. sources: those that have or had files here; None is all that have a contract.
    """

    first: date
    last: date
    days: tuple[date, ...]
    reason: str
    sources: tuple[str, ...] | None = None

    @property
    def is_rebuild(self) -> bool:
        """Whether every landed day runs again, so that tables are made anew."""
        return self.first == self.days[0]


def pending_days(home: Home, *, rebuild: bool = False) -> Pending | None:
    """Return the landed days to run, or None where the published build is up to date.

    The range reaches from the first changed day to the last landed one, because a day decides which later
    records are duplicates. Other code or settings run all days. Raises SettingsError where nothing has landed.
    """
    landed = landed_days(home.landing)
    if not landed:
        raise SettingsError(
            f"{home.landing} holds no landed days: put files into {home.landing}/<source>/<date>/, "
            f"or try `dmp demo --home {home.root}`"
        )
    days = tuple(landed)
    build = published_build(home)
    reason = "rebuild asked for" if rebuild else _rebuild_reason(home, build, landed)
    if reason or build is None:
        return Pending(days[0], days[-1], days, reason or "", _sources(landed))
    before = _landed_before(build)
    changed = changed_days(landed, before)
    if unfinished := unfinished_range(home):
        first = min(unfinished[0], changed[0]) if changed else unfinished[0]
        first = min(day for day in days if day >= min(first, days[-1]))
        return Pending(first, days[-1], days, "a run did not come to its end")
    if changed is None:
        return None
    return Pending(changed[0], days[-1], days, "new or changed files", _sources(landed, before))


def _rebuild_reason(home: Home, build: dict[str, Any] | None, landed: Fingerprints) -> str | None:
    """Return why every landed day must run again, or None."""
    if build is None:
        return "nothing is published yet"
    if not (provenance(home) or {}).get("is_complete", True):
        return "a rebuild did not come to its end"
    if build["code_version"] != code_version():
        return "the code changed"
    if build["settings"] != home.settings().model_dump():
        return "the settings changed"
    if _landed_before(build).keys() - landed.keys():
        return "landed days were removed"
    return None


def _landed_before(build: dict[str, Any]) -> Fingerprints:
    return {date.fromisoformat(day): files for day, files in build["landed_days"].items()}


def _sources(*states: Fingerprints) -> tuple[str, ...]:
    """Return the sources whose files are in any of these states of the landing."""
    names = {name for state in states for files in state.values() for name in files}
    return tuple(sorted({name.partition("/")[0] for name in names}))
