"""Whether the published tables are what the landing says: everything is made anew beside the home and compared.

Tables that grow a day at a time may drift from what a rebuild would give; here that is a count of rows, not a hope.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dmp.builds import published_build
from dmp.pending import pending_days
from dmp.predictions.pins import read_pins
from dmp.publish import quoted
from dmp.published import not_published
from dmp.settings import DmpError, Home

# What people put into a home, besides what landed: without it a rebuild would be another build.
OWNED = (
    "settings.yaml",
    "segments",
    "tag_packs",
    "experiments.yaml",
    "erasures",
    "model_pins.yaml",
    "secrets/retired",
)


@dataclass(frozen=True)
class ComparedTable:
    """A published table beside its rebuild: rows of each, and rows that only one of the two has."""

    table: str
    published_row_count: int
    rebuilt_row_count: int
    only_published_count: int
    only_rebuilt_count: int

    @property
    def is_equal(self) -> bool:
        """Whether both hold the same rows, each as often."""
        return not (self.only_published_count or self.only_rebuilt_count)


def verify(home: Home) -> list[ComparedTable]:
    """Rebuild a home from its landing in a folder of its own and return every published table beside its rebuild.

    The home is only read, so that it may be asked and run meanwhile; the folder is removed at the end. Raises
    DmpError where nothing is published, a run is pending, or the rebuild fails.
    """
    build = published_build(home)
    if build is None:
        raise not_published(home)
    if pending := pending_days(home):
        raise DmpError(f"the build is not up to date ({pending.reason}): `dmp run --home {home.root}` first")
    folder = home.published.resolve()
    with _rebuilt(home) as rebuilt:
        return list(compared_tables(folder, rebuilt.published.resolve()))


@contextmanager
def _rebuilt(home: Home) -> Iterator[Home]:
    """Run a copy of the home's landing (links, no bytes are copied) in `<home>/verification`."""
    place = Home.at(home.verification)
    shutil.rmtree(place.root, ignore_errors=True)
    try:
        shutil.copytree(home.landing, place.landing, copy_function=os.link)
        for name in (*OWNED, *_held_models(home)):
            if (home.root / name).is_dir():
                shutil.copytree(home.root / name, place.root / name)
            elif (home.root / name).exists():
                shutil.copy2(home.root / name, place.root / name)
        _run(place, home.key())
        yield place
    finally:
        shutil.rmtree(place.root, ignore_errors=True)


def _held_models(home: Home) -> list[str]:
    """The folders of models that are held in use: no rebuild would learn an earlier one again."""
    folders = (home.models / target / version for target, version in read_pins(home).items())
    return [str(folder.relative_to(home.root)) for folder in folders]


def _run(place: Home, key: bytes) -> None:
    """Run everything in a process of its own: a run sets the environment of its process."""
    ended = subprocess.run(
        [str(Path(sys.executable).with_name("dmp")), "run", "--home", str(place.root)],
        env={**os.environ, "DMP_KEY": key.decode()},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        said = (ended.stderr.strip() or ended.stdout.strip() or "it said nothing").splitlines()[-1]
        raise DmpError(f"the rebuild did not come to its end: {said}")


def compared_tables(published: Path, rebuilt: Path) -> Iterator[ComparedTable]:
    """Yield the tables of both builds, by name; a table that one lacks has no rows there."""
    with duckdb.connect() as connection:
        tables: dict[str, set[str]] = {}
        for name, folder in {"published": published, "rebuilt": rebuilt}.items():
            connection.execute(f"ATTACH '{quoted(folder / 'dmp.duckdb')}' AS {name} (READ_ONLY)")
            found = connection.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [name]
            ).fetchall()
            tables[name] = {table for (table,) in found}
        for table in sorted(tables["published"] | tables["rebuilt"]):
            counts = {name: _count(connection, name, table) for name in tables if table in tables[name]}
            if len(counts) < len(tables):
                yield ComparedTable(
                    table,
                    *(counts.get(name, 0) for name in tables),
                    *(counts.get(name, 0) for name in tables),
                )
            else:
                only = [_count_only(connection, table, *pair) for pair in (tables, reversed(tables))]
                yield ComparedTable(table, counts["published"], counts["rebuilt"], *only)


def _count(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> int:
    [[count]] = connection.execute(f'SELECT count(*) FROM {database}."{table}"').fetchall()  # noqa: S608
    return count


def _count_only(connection: duckdb.DuckDBPyConnection, table: str, one: str, other: str) -> int:
    """Return how many rows of one build the other lacks; a row that is there twice counts twice."""
    [[count]] = connection.execute(
        f'SELECT count(*) FROM (FROM {one}."{table}" EXCEPT ALL FROM {other}."{table}")'  # noqa: S608
    ).fetchall()
    return count
