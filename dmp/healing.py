"""What a failed run may have stumbled over: files of a home that are damaged, and how each is made whole again.

What can be made anew is removed; the next run makes it. Databases are read in a process of its own: a damaged file can
end its reader.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from dmp.settings import DmpError, Home
from dmp.warehouse import remove_database

SOUND, DAMAGED = 0, 3
# What databases say where a disk is full; SQLite's last word has other reasons too, then there is room.
OF_A_FULL_DISK = ("no space left", "disk is full", "disk i/o error")
LITTLE_ROOM = 32 * 1024**2
# An error of the machine, not of the file: it is no reason to remove anything.
OF_THE_MACHINE = (
    *OF_A_FULL_DISK,
    "could not set lock",
    "permission denied",
    "too many open files",
    "out of memory",
)


def mend(home: Home) -> list[str]:
    """Remove what is damaged and can be made anew, and return what was found, one sentence each.

    The home's lock is held. Raises DmpError for a damaged vault: removing that is for its owner to say.
    """
    found = [*_mend_records_of_runs(home), *_mend_models(home)]
    if is_damaged(home.warehouse):
        remove_database(home.warehouse)
        found.append(f"{home.warehouse} was damaged: it is made anew from the landing.")
    if is_damaged(home.vault):
        raise DmpError(
            f"{home.vault} is damaged: restore it, or remove it and `dmp run --rebuild --home {home.root}` makes it "
            "anew from the landing"
        )
    return found


def is_full(home: Home, failure: str) -> bool:
    """Whether a run failed because nothing more fits on the home's disk."""
    is_said = any(words in failure.lower() for words in OF_A_FULL_DISK)
    return is_said and shutil.disk_usage(home.root).free < LITTLE_ROOM


def is_damaged(path: Path) -> bool:
    """Whether a DuckDB file cannot be read to its last cell."""
    if not path.exists():
        return False
    reader = subprocess.run(
        [sys.executable, "-m", "dmp.healing", str(path)], check=False, capture_output=True
    )
    return reader.returncode == DAMAGED or reader.returncode < 0


def _read_whole(path: Path) -> int:
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal"
            ).fetchall()
            for schema, table in tables:
                connection.execute(f'SELECT bit_xor(hash(rows)) FROM "{schema}"."{table}" AS rows').fetchall()  # noqa: S608
    except duckdb.Error as error:
        return SOUND if any(words in str(error).lower() for words in OF_THE_MACHINE) else DAMAGED
    return SOUND


def _mend_models(home: Home) -> Iterator[str]:
    """Remove the damaged model folders."""
    for folder in damaged_models(home):
        shutil.rmtree(folder)
        yield f"{folder} was damaged: the model is learned again."


def damaged_models(home: Home) -> list[Path]:
    """Return the model folders whose files are not those of their manifest."""
    manifests = sorted(home.models.glob("*/*/manifest.json"))
    return [manifest.parent for manifest in manifests if not _agrees(manifest)]


def _agrees(manifest: Path) -> bool:
    try:
        listed = json.loads(manifest.read_bytes())["sha256"]
        return all(
            hashlib.sha256((manifest.parent / name).read_bytes()).hexdigest() == expected
            for name, expected in listed.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _mend_records_of_runs(home: Home) -> Iterator[str]:
    """Remove Dagster's databases where one of them is damaged: they tell of runs, no table is made from them."""
    databases = [*home.dagster.glob("history/*.db"), *home.dagster.glob("schedules/*.db")]
    if not all(map(_is_sound_sqlite, databases)):
        for folder in ("history", "schedules"):
            shutil.rmtree(home.dagster / folder, ignore_errors=True)
        yield f"{home.dagster} was damaged: its record of earlier runs begins anew."


def _is_sound_sqlite(path: Path) -> bool:
    try:
        connection = sqlite3.connect(path)
        try:
            return connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        return any(words in str(error).lower() for words in (*OF_A_FULL_DISK, "locked", "unable to open"))
    except sqlite3.DatabaseError:
        return False


if __name__ == "__main__":
    sys.exit(_read_whole(Path(sys.argv[1])))
