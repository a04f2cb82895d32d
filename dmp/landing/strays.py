"""Files that lie in the landing folder where no run looks for data: each gets an account that says what to do.

A stray has no landed date, and its content is never read.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import duckdb

from dmp.landing.accounts import FileAccount, write_accounts
from dmp.landing.contract import contracted_sources
from dmp.landing.files import is_day, landed_files, shown_name
from dmp.landing.retired_days import RetiredDays, read_retired, reason_of
from dmp.landing.retired_files import is_leftover

ACCOUNTED = "SELECT source_file FROM raw.landed_files"


@dataclass(frozen=True)
class Stray:
    """A file that no run reads; `source_file` is its path below the landing folder.

    Where that is the name of a retired day's file, which has an account of its own, words are added to it.
    """

    path: Path
    source_file: str
    reason: str

    @property
    def account(self) -> FileAccount:
        """Its account: refused."""
        source = self.source_file.partition("/")[0] if "/" in self.source_file else ""
        account = FileAccount(source, "", None, self.source_file, byte_count=self.path.lstat().st_size)
        account.refuse(self.reason)
        return account


def stray_files(landing: Path) -> list[Stray]:
    """Return the strays in the order of their paths."""
    sources = contracted_sources()
    retired = read_retired(landing)
    found = [
        (path, _reason(path, landing, sources) or _lateness(path, landing, retired))
        for path in _paths(landing)
    ]
    return sorted(
        (Stray(path, _told_name(path, landing, retired), reason) for path, reason in found if reason),
        key=lambda stray: stray.source_file,
    )


def account_for_strays(connection: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Replace the accounts of strays in `raw.landed_files` by those of the strays there are now."""
    connection.begin()
    connection.execute("DELETE FROM raw.landed_files WHERE landed_date IS NULL")
    if strays := stray_files(landing):
        write_accounts(connection, [stray.account for stray in strays])
    connection.commit()


def unaccounted_files(
    connection: duckdb.DuckDBPyConnection, landing: Path, first: date, last: date, before: int
) -> list[str]:
    """Return the strays and the files of landed days first..last that have no account.

    before: nanoseconds since 1970. What was put there later is for the next run.
    """
    files = {stray.source_file: stray.path for stray in stray_files(landing)}
    for source in contracted_sources():
        files |= {file.source_file: file.path for file in landed_files(landing, source, first, last)}
    accounted = {name for (name,) in connection.execute(ACCOUNTED).fetchall()}
    missing = sorted(files.keys() - accounted)
    return [name for name in missing if files[name].lstat().st_ctime_ns < before]


def _paths(landing: Path) -> Iterator[Path]:
    """Yield what is no folder below the landing, without dot-names; links are not followed."""
    for folder, folders, files in os.walk(landing):
        place = Path(folder)
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if (place / name).is_symlink()]
        yield from (place / name for name in [*files, *links] if not name.startswith("."))


def _reason(path: Path, landing: Path, sources: Collection[str]) -> str | None:
    """Return why no run reads a file, or None for one that lies in a landed day of a source."""
    source, *rest = path.relative_to(landing).parts
    if not rest and not path.is_dir():
        return "it lies directly in the landing folder: put it into <source>/<YYYY-MM-DD>/"
    if source not in sources:
        alike = get_close_matches(source, sources, 1)
        advice = f"rename the folder to '{alike[0]}'" if alike else f"write contracts/{source}.yaml"
        return f"no contract names a source '{source}': {advice}"
    if len(rest) == 1 and not path.is_dir():
        return f"it lies directly in the folder of '{source}': put it into {source}/<YYYY-MM-DD>/"
    if rest and not is_day(rest[0]):
        return f"the folder '{rest[0]}' is no landed day: name it YYYY-MM-DD"
    if len(rest) > 2:
        return f"it lies in a folder of its own: put it directly into {source}/{rest[0]}/"
    return None


def _lateness(path: Path, landing: Path, retired: RetiredDays) -> str | None:
    """Return why a file in a landed day of a source is not read all the same: its day is retired."""
    source, folder = path.relative_to(landing).parts[:2]
    day = date.fromisoformat(folder)
    if not retired.holds(source, day) or is_leftover(path, landing, day, retired):
        return None
    return f"{reason_of(retired)}: move it into a later day's folder, its records keep their own times"


def _told_name(path: Path, landing: Path, retired: RetiredDays) -> str:
    name = shown_name(path, landing)
    return f"{name} (landed again)" if any(name in files for files in retired.days.values()) else name
