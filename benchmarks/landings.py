"""Landings to prove things on: a small clean shop, loaded into a warehouse and a vault of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dmp.landing.accounts import FileAccount
from dmp.landing.contract import Contract
from dmp.landing.loading import load_landed_days
from dmp.world.shop import write_world

KEY = b"the proofs have no secrets"
FIRST, LAST = date(2000, 1, 1), date(2300, 1, 1)


@dataclass(frozen=True)
class Landing:
    """A landing folder and the warehouse and vault it is loaded into."""

    root: Path
    connection: duckdb.DuckDBPyConnection

    @property
    def folder(self) -> Path:
        """The landing folder."""
        return self.root / "landing"

    def load(self, contract: Contract) -> list[FileAccount]:
        """Load every day of the contract's source."""
        return load_landed_days(
            self.connection,
            self.root / "vault.duckdb",
            self.folder,
            contract,
            first=FIRST,
            last=LAST,
            key=KEY,
        )

    def cells(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every cell of the raw tables, by table."""
        return {table: self._rows(f"FROM raw.{table} ORDER BY ALL") for table in self._tables()}

    def records(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every accepted record by table, without the file and line that it was read from.

        Of two equal files of one day the one with the smaller name counts as the first.
        """
        query = "SELECT * EXCLUDE (source_file, source_line) FROM raw.{} ORDER BY ALL"
        return {table: self._rows(query.format(table)) for table in self._tables() if "__" in table}

    def _tables(self) -> list[str]:
        found = self._rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw' ORDER BY ALL")
        return [table for (table,) in found]

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


@contextmanager
def opened() -> Iterator[Landing]:
    """Open an empty landing."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
            yield Landing(root, connection)


@contextmanager
def shop(days: int = 20) -> Iterator[Landing]:
    """Open the landing of a small clean shop, its files unpacked."""
    with opened() as landing:
        write_world(landing.folder, landing.root / "truth", people=100, days=days, seed=5)
        unpack(landing.folder)
        yield landing


def unpack(landing: Path) -> None:
    """Put the compressed files of a shop's landing there in plain, so that their lines can be changed."""
    for path in landing.glob("shop/*/*.zst"):
        with pa.input_stream(path, compression="zstd") as packed:
            path.with_suffix("").write_bytes(packed.read())
        path.unlink()


def row(name: str, metric: str, value: float, goal: float) -> dict[str, Any]:
    """Return one row of the table; the goal is met exactly."""
    return {
        "name": name,
        "metric": metric,
        "value": value,
        "peer": None,
        "goal": goal,
        "reached": value == goal,
    }
