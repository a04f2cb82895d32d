"""What would become of some files under a contract, found out before anything is loaded."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from dmp.landing.contract import Contract
from dmp.landing.loading import load_landed_days
from dmp.settings import SettingsError

PROBLEMS = """
SELECT source_file, field, reason, count(*), min(source_line) FROM raw.rejects GROUP BY ALL
UNION ALL
SELECT source_file, NULL, 'the key is that of another record, the content is not', count(*), min(source_line)
FROM raw.conflicts GROUP BY ALL
ORDER BY ALL
"""
ACCOUNTS = """
SELECT source_file, record_count, accepted_count, duplicate_count, refusal_reason
FROM raw.landed_files ORDER BY source_file
"""


@dataclass(frozen=True)
class Problem:
    """Records of one file that would not be accepted, for one reason; a refused file has no line."""

    file: Path
    line: int | None
    field: str | None
    reason: str
    count: int


@dataclass(frozen=True)
class CheckedFile:
    """What would become of one file."""

    file: Path
    record_count: int
    accepted_count: int
    duplicate_count: int


def check_files(
    contract: Contract, files: list[Path], entity: str | None = None
) -> tuple[list[CheckedFile], list[Problem]]:
    """Load files into a warehouse that is thrown away; return what became of each and every problem.

    A file in a folder named after a day lands on that day, any other today. `entity`: which they hold, where their
    names do not say. Raises SettingsError.
    """
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        root = Path(folder)
        landed = {}
        for number, path in enumerate(files):
            landed[_land(path, contract, entity or entity_of(path, contract), root / "landing", number)] = (
                path
            )
        load_landed_days(
            connection,
            root / "vault.duckdb",
            root / "landing",
            contract,
            first=date.min,
            last=date.max,
            key=b"thrown away with the rest",
        )
        accounts = connection.execute(ACCOUNTS).fetchall()
        found = connection.execute(PROBLEMS).fetchall()
    problems = [
        Problem(landed[name], line, field, reason, count) for name, field, reason, count, line in found
    ]
    problems += [Problem(landed[name], None, None, refused, 1) for name, *_, refused in accounts if refused]
    return [CheckedFile(landed[name], *counts) for name, *counts, _ in accounts], problems


def entity_of(path: Path, contract: Contract) -> str:
    """Return the entity that a file's name tells, or the only one. Raises SettingsError."""
    stem = path.name.split(".")[0]
    if stem in contract.entities:
        return stem
    for name, patterns in contract.originals.items():
        if any(fnmatch(path.name, Path(pattern).name) for pattern in patterns):
            return name
    if len(contract.entities) == 1:
        return next(iter(contract.entities))
    known = ", ".join(contract.entities)
    raise SettingsError(f"{path}: its name does not say which of {known} it holds: use --entity")


def _land(path: Path, contract: Contract, entity: str, landing: Path, number: int) -> str:
    if entity not in contract.entities:
        raise SettingsError(f"the contract of '{contract.source}' has no entity '{entity}'")
    form = contract.entities[entity].format
    compression = path.suffix if path.suffix in (".gz", ".zst") else ""
    name = f"{contract.source}/{_day(path)}/{entity}.{number}.{form}{compression}"
    copy = landing / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(path, copy)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    return name


def _day(path: Path) -> date:
    try:
        return date.fromisoformat(path.absolute().parent.name)
    except ValueError:
        return date.today()
