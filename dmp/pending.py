"""What a run has to do: the landed days that the published build does not hold as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dmp.builds import damaged_files, decisions, maker, published_build
from dmp.checked_json import DamagedFileError
from dmp.landing.days import Fingerprints, changed_days, landed_days
from dmp.landing.strays import stray_files
from dmp.settings import Home, SettingsError
from dmp.warehouse import provenance, unfinished_range


@dataclass(frozen=True)
class Pending:
    """A range of landed days to run, first and last included, and why.

    days: every landed day. sources: those that have or had files here; None is all that have a contract.
    viewed_sources: those whose staging views this code made in an earlier run, and the seeds with them.
    """

    first: date
    last: date
    days: tuple[date, ...]
    reason: str
    sources: tuple[str, ...] | None = None
    viewed_sources: tuple[str, ...] = ()

    @property
    def is_rebuild(self) -> bool:
        """Whether every landed day runs again, so that tables are made anew."""
        return self.first == self.days[0]


def pending_days(home: Home, *, rebuild: bool = False) -> Pending | None:
    """Return the landed days to run, or None where the published build is up to date and undamaged.

    The range reaches from the first changed day to the last landed one, because a day decides which later
    records are duplicates. Other code or settings, and what was damaged or lost, run all days. Raises SettingsError
    where nothing has landed, or the home key is another than that of the published build.
    """
    landed = landed_days(home.landing)
    strays = stray_files(home.landing)
    if not landed:
        stray = f" ({strays[0].source_file}: {strays[0].reason})" if strays else ""
        raise SettingsError(
            f"{home.landing} holds no landed days{stray}: put files into {home.landing}/<source>/<date>/, "
            f"or try `dmp demo --home {home.root}`"
        )
    days = tuple(landed)
    build, reason = _published(home)
    if build and not rebuild:
        reason = _rebuild_reason(home, build, landed)
    if build is None or rebuild or reason:
        return Pending(
            days[0], days[-1], days, "rebuild asked for" if rebuild else reason or "", _sources(landed)
        )
    before = _landed_before(build)
    changed = _changed(home, landed, before)
    if unfinished := unfinished_range(home):
        first = min(unfinished[0], changed[0]) if changed else unfinished[0]
        first = min(day for day in days if day >= min(first, days[-1]))
        return Pending(first, days[-1], days, "a run did not come to its end")
    if changed:
        return Pending(
            changed[0], days[-1], days, "new or changed files", _sources(landed, before), _sources(before)
        )
    if reason := _publishing_reason(home, build, [stray.source_file for stray in strays]):
        return Pending(days[-1], days[-1], days, reason, _sources(landed), _sources(before))
    return None


def _publishing_reason(home: Home, build: dict[str, Any], strays: list[str]) -> str | None:
    """Return why the last day must run again although no day changed, or None."""
    if build["strays"] != strays:
        return "files outside of any landed day"
    if build.get("decisions", {}) != decisions(home):
        return "segments, experiments or models in use were changed by the owner"
    return "published files are damaged" if damaged_files(home.published.resolve()) else None


def _changed(home: Home, landed: Fingerprints, before: Fingerprints) -> tuple[date, date] | None:
    """Return the first and last changed day; what seems changed is read again, in case the index is damaged."""
    seeming = changed_days(landed, before)
    if seeming is None:
        return None
    suspects = {day for day in landed if seeming[0] <= day <= seeming[1]}
    return changed_days(landed_days(home.landing, read_again=suspects), before)


def _published(home: Home) -> tuple[dict[str, Any] | None, str | None]:
    """Return what the published build says of itself, or None and the reason."""
    try:
        build = published_build(home)
    except DamagedFileError:
        return None, "the published build is damaged"
    return build, None if build else "nothing is published yet"


def _rebuild_reason(home: Home, build: dict[str, Any], landed: Fingerprints) -> str | None:
    """Return why every landed day must run again, or None. Raises SettingsError for another home key."""
    if not (provenance(home) or {}).get("is_complete", False):
        return "a rebuild did not come to its end"
    # DuckDB takes an empty file for a new database.
    if lost := [
        path.name for path in (home.warehouse, home.vault) if not (path.exists() and path.stat().st_size)
    ]:
        return f"{lost[0]} is gone"
    made_by = maker(home, home.settings())
    if build["key_fingerprint"] != made_by["key_fingerprint"]:
        raise SettingsError(
            f"the key of {home.root} is another than the published build was made with: restore DMP_KEY or "
            f"{home.root}/secrets/key, or `dmp run --rebuild --home {home.root}` gives everybody another id"
        )
    for name, reason in {"code_version": "the code changed", "settings": "the settings changed"}.items():
        if build[name] != made_by[name]:
            return reason
    last_begun = (unfinished_range(home) or (max(landed), max(landed)))[1]
    if _landed_before(build).keys() - landed.keys() or last_begun > max(landed):
        return "landed days were removed"
    return None


def _landed_before(build: dict[str, Any]) -> Fingerprints:
    return {date.fromisoformat(day): files for day, files in build["landed_days"].items()}


def _sources(*states: Fingerprints) -> tuple[str, ...]:
    """Return the sources whose files are in any of these states of the landing."""
    names = {name for state in states for files in state.values() for name in files}
    return tuple(sorted({name.partition("/")[0] for name in names}))
