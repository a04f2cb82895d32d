"""Landed days whose files were removed: what the files were, and where the rows that they gave are kept.

`<landing>/.retired/days.json` names both, so that the landing stays all that tables are made from. What becomes of the
rows is in `retired_rows.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from dmp.checked_json import DamagedFileError, read_checked, write_checked
from dmp.settings import DmpError, SettingsError

FOLDER = ".retired"
RECORD = "days.json"
ABOUT = """What the removed files of retired landed days gave: part of the landing, never to be deleted.
No run can make it anew. See docs/operations.md, "Retiring landed days".
"""
# What the platform lands itself is small and read again by whoever decides next: its files always stay.
NEVER_RETIRED = frozenset({"identity_decisions"})


@dataclass(frozen=True)
class RetiredDays:
    """Every landed day up to `last`, but for sources that are never retired; nothing where `days` is empty.

    days: the removed files by day, each with the SHA-256 of what it held. tables: the Parquet files with what they
    gave, by path below `folder`, each with its SHA-256. readings: how the contract read each `<source>__<entity>`.
    """

    folder: Path
    last: date = date.min
    days: Mapping[date, Mapping[str, str]] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def holds(self, source: str, day: date) -> bool:
        """Whether a source's landed day is retired: no file of it is read any more."""
        return bool(self.days) and day <= self.last and source not in NEVER_RETIRED

    def names(self, file: str, day: date) -> bool:
        """Whether a path below the landing is that of a removed file of this day."""
        return file in self.days.get(day, {})

    def parts(self, table: str) -> list[str]:
        """Return the Parquet files of a table, in the order of their days."""
        return [str(self.folder / name) for name in sorted(self.tables) if table_of(name) == table]

    @property
    def sources(self) -> frozenset[str]:
        """The sources that gave a removed file."""
        return frozenset(name.partition("/")[0] for files in self.days.values() for name in files)


def table_of(name: str) -> str:
    """Return the table that a kept Parquet file is a part of.

    >>> table_of("2024-03-31/shop__events.2.parquet")
    'shop__events'
    """
    return name.rpartition("/")[2].partition(".")[0]


def read_retired(landing: Path) -> RetiredDays:
    """Return the retired days of a landing; none where it has no record of any.

    Raises DmpError for a damaged record: nobody knows then which files are gone.
    """
    folder = landing / FOLDER
    try:
        state = (folder / RECORD).stat()
    except FileNotFoundError:
        return RetiredDays(folder)
    return _read(folder, (state.st_ino, state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=8)
def _read(folder: Path, _state: tuple[int, int, int]) -> RetiredDays:
    """Read a record in this state once: a run asks for it source by source."""
    try:
        record = read_checked(folder / RECORD)
    except DamagedFileError as error:
        raise DmpError(
            f"{folder / RECORD} is damaged: restore the folder {folder} from a backup (no run can make it anew)"
        ) from error
    if record is None:
        return RetiredDays(folder)
    days = {date.fromisoformat(day): files for day, files in record["days"].items()}
    return RetiredDays(folder, date.fromisoformat(record["last"]), days, record["tables"], record["readings"])


def keep_retired(retired: RetiredDays) -> None:
    """Write the record, whole or not at all, and remove every table that it does not name."""
    record = {
        "last": str(retired.last),
        "days": {str(day): dict(files) for day, files in retired.days.items()},
        "tables": dict(retired.tables),
        "readings": dict(retired.readings),
    }
    (retired.folder / "README").write_text(ABOUT)
    write_checked(retired.folder / RECORD, record)
    remove_unnamed(retired)


def remove_unnamed(retired: RetiredDays) -> None:
    """Remove what a stopped retirement or erasure wrote and no record names."""
    named = {retired.folder / name for name in retired.tables}
    for folder in retired.folder.iterdir() if retired.folder.is_dir() else []:
        if folder.is_dir() and not any(path.parent == folder for path in named):
            shutil.rmtree(folder)
        elif folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path not in named:
                    path.unlink()


def refuse_retired(landing: Path, source: str, day: date) -> None:
    """Raise SettingsError where files for a day would not be read because it is retired."""
    retired = read_retired(landing)
    if retired.holds(source, day):
        raise SettingsError(f"{reason_of(retired)}: land it with a later --day")


def reason_of(retired: RetiredDays) -> str:
    """Return why a file of a retired day is not read."""
    return f"the landed days up to {retired.last} are retired"
