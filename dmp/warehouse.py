"""The home's working database: opening it, the one writer's lock, and writing a stage's tables whole."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
import pandas as pd

from dmp.settings import DmpError, Home, Settings


@contextmanager
def exclusive(home: Home, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the home's writer lock; `waiting` is called once if somebody else holds it.

    A kernel lock: the death of its holder frees it.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(home.lock, os.O_RDWR | os.O_CREAT, 0o600), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def connect(
    home: Home, settings: Settings, *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for one step; no connection outlives the block, so the next step may write."""
    if read_only and not home.warehouse.exists():
        raise DmpError(f"{home.warehouse} does not exist yet: run `dmp run --home {home.root}` first")
    home.root.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        str(home.warehouse),
        read_only=read_only,
        config={
            "threads": settings.threads,
            "memory_limit": settings.memory_limit,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def begin_rebuild(home: Home, made_by: Mapping[str, Any]) -> None:
    """Empty the warehouse for tables made by other code or settings: the landing is the truth.

    Until `finish_rebuild`, what is in it is no base for the run of a day.
    """
    home.provenance.write_text(json.dumps({**made_by, "is_complete": False}, indent=1), encoding="utf-8")
    home.warehouse.unlink(missing_ok=True)
    home.warehouse.with_suffix(".duckdb.wal").unlink(missing_ok=True)


def finish_rebuild(home: Home) -> None:
    """Say that the warehouse holds every landed day; nothing to say where no rebuild was begun."""
    if made_by := provenance(home):
        home.provenance.write_text(json.dumps({**made_by, "is_complete": True}, indent=1), encoding="utf-8")


def provenance(home: Home) -> dict[str, Any] | None:
    """Return `code_version`, `settings` and `is_complete` of the warehouse, None where it was never rebuilt."""
    if not home.provenance.exists():
        return None
    return json.loads(home.provenance.read_text(encoding="utf-8"))


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
