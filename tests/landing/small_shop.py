"""A small landing of the source `shop`, and its loading into a warehouse of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.bad_inputs.case import event, line, lines
from dmp.landing.accounts import FileAccount
from dmp.landing.contract import load_contracts
from dmp.landing.loading import load_landed_days

__all__ = ["CONTRACTS", "DAY", "KEY", "Shop", "event", "line", "lines", "opened_shop"]
KEY = b"a key for tests"
DAY = date(2024, 3, 1)
CONTRACTS = load_contracts()


@contextmanager
def opened_shop(root: Path) -> Iterator["Shop"]:
    """Open a shop of which nothing has landed yet."""
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        yield Shop(root, connection)


@dataclass
class Shop:
    """A landing folder and the warehouse it is loaded into."""

    root: Path
    connection: duckdb.DuckDBPyConnection
    source: str = "shop"

    @property
    def landing(self) -> Path:
        """The landing folder."""
        return self.root / "landing"

    @property
    def vault(self) -> Path:
        """The vault's file."""
        return self.root / "vault.duckdb"

    def land(self, name: str, content: bytes, day: date = DAY) -> Path:
        """Put a file into a day's folder."""
        path = self.landing / self.source / str(day) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def load(self, first: date = date(1990, 1, 1), last: date = date(2100, 1, 1)) -> list[FileAccount]:
        """Load the days and return their accounts."""
        contract = CONTRACTS[self.source]
        return load_landed_days(
            self.connection, self.vault, self.landing, contract, first=first, last=last, key=KEY
        )

    def load_one(self, name: str, content: bytes) -> FileAccount:
        """Land one file, load, and return its account."""
        self.land(name, content)
        [account] = self.load()
        return account

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        return self.connection.execute(query).fetchall()

    def reasons(self, source_file: str = "%") -> list[tuple[Any, ...]]:
        """Return (line, field, reason) of each reject of the files that match a pattern."""
        return self.connection.execute(
            "SELECT source_line, field, reason_code FROM raw.rejects WHERE source_file LIKE ? ORDER BY ALL",
            [source_file],
        ).fetchall()

    def vault_rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the vault."""
        with duckdb.connect(str(self.vault), read_only=True) as vault:
            return vault.execute(query).fetchall()
