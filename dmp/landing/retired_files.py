"""Files that still lie in retired days: those that a stopped retirement left, which may go, and all others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from dmp.landing.content import fingerprint
from dmp.landing.contract import contracted_sources
from dmp.landing.files import day_folders, shown_name, visible
from dmp.landing.retired_days import RetiredDays


def is_leftover(path: Path, landing: Path, day: date, retired: RetiredDays) -> bool:
    """Whether a file is one that was to be removed: the same name and the same content."""
    known = retired.days.get(day, {}).get(shown_name(path, landing))
    return known is not None and known == fingerprint(path)


def remove_leftovers(landing: Path, retired: RetiredDays) -> None:
    """Remove the files of retired days whose rows are kept, and the folders that are empty then. May be repeated."""
    for folder in _retired_folders(landing, retired):
        day = date.fromisoformat(folder.name)
        for path in visible(folder):
            if is_leftover(path, landing, day, retired):
                path.unlink()
        # Something else lies there, or is being written.
        with suppress(OSError):
            folder.rmdir()


def _retired_folders(landing: Path, retired: RetiredDays) -> Iterator[Path]:
    for source in sorted(contracted_sources()):
        for folder in day_folders(landing / source):
            if retired.holds(source, date.fromisoformat(folder.name)) and not folder.is_symlink():
                yield folder
