"""The home's working database: opening it, the one writer's lock, and writing a stage's tables whole."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dmp.checked_json import DamagedFileError, read_checked, write_checked
from dmp.settings import DmpError, Home, Settings

# Every connection of a process to one file must ask for the same, dbt's too (`config_options` in its profiles.yml).
CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

# The homes whose lock this process holds.
_HELD: set[Path] = set()


@contextmanager
def exclusive(home: Home, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the home's writer lock; `waiting` is called once if somebody else holds it.

    A kernel lock: the death of its holder frees it. A process that holds it may enter again.
    """
    if home.lock in _HELD:
        yield
        return
    home.root.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(home.lock, os.O_RDWR | os.O_CREAT, 0o600), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        _HELD.add(home.lock)
        try:
            yield
        finally:
            _HELD.remove(home.lock)


@contextmanager
def connect(
    home: Home, settings: Settings, *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse; no connection outlives the block.

    While another connection of this process has it open, opening costs nothing: reading the file's tables of contents
    and writing back what is in memory are the first one's and the last one's. Raises DmpError for a reader without a
    warehouse, or while a run writes to it.
    """
    if read_only and not home.warehouse.exists():
        raise DmpError(f"{home.warehouse} does not exist yet: run `dmp run --home {home.root}` first")
    home.root.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(home.warehouse), read_only=read_only, config=CONFIGURATION)
    except duckdb.IOException as error:
        if read_only and "set lock" in str(error):
            raise DmpError(f"a run is writing to {home.root}: ask again when it has ended") from error
        raise
    try:
        connection.execute("SET threads = ?", [settings.threads])
        connection.execute("SET memory_limit = ?", [settings.memory_limit])
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def trial_home(home: Home, folder: Path) -> Home:
    """Return a home in `folder` with a copy of the warehouse and the same landing: for trials that change nothing here.

    Raises DmpError where `home` has no warehouse.
    """
    if not home.warehouse.exists():
        raise DmpError(f"{home.warehouse} does not exist yet: run `dmp run --home {home.root}` first")
    trial = Home.at(folder)
    # Which sources ever landed decides which staging views there are.
    trial.landing.symlink_to(home.landing.resolve())
    with exclusive(home):
        for path in home.root.glob(f"{home.warehouse.name}*"):
            shutil.copy(path, trial.root / path.name)
    return trial


def begin_rebuild(home: Home, made_by: Mapping[str, Any]) -> None:
    """Empty the warehouse for tables made by other code or settings: the landing is the truth.

    Until `finish_run`, what is in it is no base for the run of a day.
    """
    write_checked(home.provenance, {**made_by, "is_complete": False})
    remove_database(home.warehouse)


def remove_database(path: Path) -> None:
    """Remove a database with its log and what a checkpoint or a spill left beside it."""
    for part in path.parent.glob(f"{path.name}*"):
        shutil.rmtree(part) if part.is_dir() else part.unlink()


def begin_range(home: Home, first: date, last: date) -> None:
    """Say that landed days first..last are being written, before the first of them is.

    Until `finish_run` they are run again, whatever the landing looks like by then.
    """
    known = provenance(home) or {}
    if begun := unfinished_range(home):
        first, last = min(first, begun[0]), max(last, begun[1])
    write_checked(home.provenance, {**known, "unfinished": [str(first), str(last)]})


def is_whole(home: Home, days: tuple[date, date] | None) -> bool:
    """Whether a run of `days` (first, last; None: of none) leaves nothing behind that another began and did not end."""
    begun = unfinished_range(home)
    if not (provenance(home) or {}).get("is_complete", True):
        return False
    return begun is None or (days is not None and days[0] <= begun[0] and begun[1] <= days[1])


def finish_run(home: Home) -> None:
    """Say that the warehouse holds every landed day and is published."""
    known = {name: value for name, value in (provenance(home) or {}).items() if name != "unfinished"}
    write_checked(home.provenance, {**known, "is_complete": True})


def unfinished_range(home: Home) -> tuple[date, date] | None:
    """Return the first and last landed day that runs began to write without coming to their end, or None."""
    known = provenance(home) or {}
    if "unfinished" not in known:
        return None
    first, last = map(date.fromisoformat, known["unfinished"])
    return first, last


def provenance(home: Home) -> dict[str, Any] | None:
    """Return what made the warehouse, `is_complete` and `unfinished`; None where nothing ran.

    Where the note is damaged nobody knows what the warehouse holds: it is not complete.
    """
    try:
        return read_checked(home.provenance)
    except DamagedFileError:
        return {"is_complete": False}


def replace_tables(
    connection: duckdb.DuckDBPyConnection, schema: str, tables: Mapping[str, pd.DataFrame]
) -> dict[str, int]:
    """Write each frame as `schema.<name>`, all or none; return their row counts."""
    connection.begin()
    try:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        for name, frame in tables.items():
            connection.register("replacement", frame)
            # Names are this code's own, never a user's.
            connection.execute(f'CREATE OR REPLACE TABLE "{schema}"."{name}" AS SELECT * FROM replacement')  # noqa: S608
            connection.unregister("replacement")
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return {name: len(frame) for name, frame in tables.items()}
