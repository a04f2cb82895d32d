"""The files that lie in a landing folder, and which of them may be read at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dmp.landing.blocks import RefusedFileError
from dmp.landing.contract import Contract, Entity
from dmp.landing.retired_days import read_retired

FILE_NAME = re.compile(
    r"^([a-z][a-z0-9_]*)(\.[A-Za-z0-9_-]+)?\.(jsonl|csv|log|parquet)(\.gz|\.zst)?$", re.ASCII
)


@dataclass(frozen=True)
class LandedFile:
    """A file of one landed day; `source_file` is its path below the landing folder."""

    path: Path
    source_file: str
    landed_date: date
    entity: str

    def check(self, contract: Contract) -> Entity:
        """Return its entity's contract. Raises RefusedFileError: it may not be read, or nobody knows it."""
        parts = (self.path, *self.path.parents[:2])
        if any(part.is_symlink() for part in parts) or not self.path.is_file():
            raise RefusedFileError("it is no plain file (a link, a folder or a device)")
        name = FILE_NAME.fullmatch(self.path.name)
        if name is None:
            raise RefusedFileError("its name is not <entity>[.<part>].{jsonl,csv,log,parquet}[.gz|.zst]")
        entity = contract.entities.get(self.entity)
        if entity is None:
            raise RefusedFileError(f"the contract of '{contract.source}' has no entity '{self.entity}'")
        if name[3] != entity.format or (name[4] and entity.format == "parquet"):
            raise RefusedFileError(f"the contract says {entity.format} for '{self.entity}'")
        return entity


def landed_files(landing: Path, source: str, first: date, last: date) -> list[LandedFile]:
    """Return a source's complete files of the landed days first..last, ordered by day and name.

    Days that are retired have none: whatever lies there is not read.
    """
    retired = read_retired(landing)
    files: list[LandedFile] = []
    for folder in day_folders(landing / source):
        landed_date = date.fromisoformat(folder.name)
        if first <= landed_date <= last and not retired.holds(source, landed_date):
            files += [_landed_file(path, landing, landed_date) for path in visible(folder)]
    return sorted(files, key=lambda file: (file.landed_date, file.source_file))


def day_folders(source_folder: Path) -> list[Path]:
    """Return the folders named after a day, in order; none if the source never landed anything."""
    if not source_folder.is_dir():
        return []
    return [folder for folder in visible(source_folder) if is_day(folder.name) and folder.is_dir()]


def landed_sources(landing: Path) -> frozenset[str]:
    """Return the names of the sources that have a file in a landed day, or had one in a retired day."""
    sources = [folder for folder in visible(landing) if folder.is_dir()]
    landed = {source.name for source in sources if any(visible(day) for day in day_folders(source))}
    return read_retired(landing).sources | landed


def visible(folder: Path) -> list[Path]:
    """Return what lies in a folder, without dot-names (files still being written), by name."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def shown_name(path: Path, landing: Path) -> str:
    """Return a path below the landing folder as text; bytes that are no UTF-8 become escapes."""
    return str(path.relative_to(landing)).encode("utf-8", "backslashreplace").decode()


def is_day(name: str) -> bool:
    """Whether a folder's name is a date YYYY-MM-DD."""
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def _landed_file(path: Path, landing: Path, landed_date: date) -> LandedFile:
    return LandedFile(path, shown_name(path, landing), landed_date, entity=path.name.split(".")[0])
