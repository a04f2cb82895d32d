"""What became of each landed file, line by line; the equation that must hold is here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import duckdb
import pyarrow as pa

from dmp.landing.blocks import Block
from dmp.settings import DmpError


class AccountingError(DmpError):
    """Lines went missing or were counted twice: the load is undone."""


@dataclass
class FileAccount:
    """One row of `raw.landed_files`, with its columns.

    For every readable file: physical = header + continuation + blank + records, and
    records = accepted + duplicate + conflict + rejected + suppressed. In Parquet a record counts as a line.
    A file outside of any landed day has no `landed_date`.
    """

    source: str
    entity: str
    landed_date: date | None
    source_file: str
    content_hash: str = ""
    byte_count: int = 0
    physical_line_count: int = 0
    header_line_count: int = 0
    continuation_line_count: int = 0
    blank_line_count: int = 0
    record_count: int = 0
    accepted_count: int = 0
    duplicate_count: int = 0
    conflict_count: int = 0
    rejected_count: int = 0
    suppressed_count: int = 0
    is_refused: bool = False
    refusal_reason: str | None = None
    notes: list[str] = field(default_factory=list)

    def add(self, block: Block) -> None:
        """Count a block's lines."""
        self.physical_line_count += block.physical_line_count
        self.header_line_count += block.header_line_count
        self.continuation_line_count += block.continuation_line_count
        self.blank_line_count += block.blank_line_count
        self.record_count += block.record_count
        self.notes += [note for note in block.notes if note not in self.notes]

    def refuse(self, reason: str) -> None:
        """Count the file as one refused file."""
        self.is_refused, self.refusal_reason = True, reason

    def check(self) -> None:
        """Raise AccountingError unless both sums agree."""
        lines = (
            self.header_line_count + self.continuation_line_count + self.blank_line_count + self.record_count
        )
        fates = self.accepted_count + self.duplicate_count + self.conflict_count
        fates += self.rejected_count + self.suppressed_count
        if (self.physical_line_count, self.record_count) != (lines, fates):
            raise AccountingError(
                f"{self.source_file}: {self.physical_line_count} lines against {lines} accounted for, "
                f"{self.record_count} records against {fates}; nothing of this range was loaded"
            )


def write_accounts(connection: duckdb.DuckDBPyConnection, accounts: list[FileAccount]) -> None:
    """Add the accounts to `raw.landed_files`."""
    columns = {
        name: [getattr(account, name) for account in accounts] for name in FileAccount.__dataclass_fields__
    }
    columns["notes"] = ["; ".join(account.notes) or None for account in accounts]
    connection.register("new_accounts", pa.table(columns))
    connection.execute("INSERT INTO raw.landed_files BY NAME FROM new_accounts")
    connection.unregister("new_accounts")
