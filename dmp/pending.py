"""What a run has to do: the landed days that the published build does not hold as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dmp.landing.days import changed_days, landed_days
from dmp.publish import code_version, published_build
from dmp.settings import Home, SettingsError
from dmp.warehouse import provenance


@dataclass(frozen=True)
class Pending:
    """A range of landed days to run, first and last included, and why."""

    first: date
    last: date
    days: tuple[date, ...]
    reason: str

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
    if rebuild or build is None:
        return Pending(
            days[0], days[-1], days, "rebuild asked for" if rebuild else "nothing is published yet"
        )
    if not (provenance(home) or {"is_complete": True})["is_complete"]:
        return Pending(days[0], days[-1], days, "a rebuild did not come to its end")
    if build["code_version"] != code_version():
        return Pending(days[0], days[-1], days, "the code changed")
    if build["settings"] != home.settings().model_dump():
        return Pending(days[0], days[-1], days, "the settings changed")
    before = {date.fromisoformat(day): files for day, files in build["landed_days"].items()}
    if before.keys() - landed.keys():
        return Pending(days[0], days[-1], days, "landed days were removed")
    changed = changed_days(landed, before)
    return Pending(changed[0], days[-1], days, "new or changed files") if changed else None
