"""Which days have landed, and what changed among them: by the content of files, whatever their times say.

The contents' hashes are remembered in an index beside the days; it may be deleted at any time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from dmp.landing.content import fingerprint
from dmp.landing.contract import contracted_sources
from dmp.landing.files import day_folders, shown_name, visible
from dmp.landing.retired_days import read_retired

INDEX = ".fingerprints.json"
Fingerprints = Mapping[date, Mapping[str, str]]


def landed_days(landing: Path, *, read_again: Container[date] = ()) -> dict[date, dict[str, str]]:
    """Return, for each landed day of any source with a contract, in order, its files with a fingerprint of each.

    A file is named by its path below `landing`; its fingerprint is the SHA-256 of its content, read again
    only if its size, time or inode changed, or for the days `read_again`. What is no plain file has the
    fingerprint "not a file". The removed files of retired days are among them.
    """
    retired = read_retired(landing)
    remembered = _read_index(landing / INDEX)
    index: dict[str, list[str]] = {}
    days = {day: dict(files) for day, files in retired.days.items()}
    sources = sorted(contracted_sources())
    for folder in (folder for source in sources for folder in day_folders(landing / source)):
        day = date.fromisoformat(folder.name)
        if retired.holds(folder.parent.name, day):
            continue
        files = days.setdefault(day, {})
        for path in visible(folder):
            name = shown_name(path, landing)
            index[name] = _entry(path, None if day in read_again else remembered.get(name))
            files[name] = index[name][1]
    if index != remembered:
        _write_index(landing / INDEX, index)
    return dict(sorted(days.items()))


def changed_days(now: Fingerprints, before: Fingerprints) -> tuple[date, date] | None:
    """Return the first and last day whose files differ between two states of the landing, or None."""
    differing = [day for day in now.keys() | before.keys() if now.get(day, {}) != before.get(day, {})]
    return (min(differing), max(differing)) if differing else None


def _entry(path: Path, remembered: list[str] | None) -> list[str]:
    if path.is_symlink() or not path.is_file():
        return ["", fingerprint(path)]
    state = path.stat()
    stamp = f"{state.st_size} {state.st_mtime_ns} {state.st_ino}"
    if isinstance(remembered, list) and len(remembered) == 2 and remembered[0] == stamp:
        return remembered
    return [stamp, fingerprint(path)]


def _read_index(path: Path) -> dict[str, list[str]]:
    try:
        index = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return index if isinstance(index, dict) else {}


def _write_index(path: Path, index: dict[str, list[str]]) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    # Where the landing may only be read, every look reads the files again.
    with suppress(OSError):
        unfinished.write_text(json.dumps(index), encoding="utf-8")
        unfinished.replace(path)
