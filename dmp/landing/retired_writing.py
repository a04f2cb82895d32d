"""Writes what the files of some landed days gave, from warehouse and vault, so that the files may go.

What is written, and why, says `retired_rows.py`, which reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from string import Template

import duckdb

from dmp.landing.contract import Contract
from dmp.landing.fields import quoted
from dmp.landing.retired_days import NEVER_RETIRED, RetiredDays
from dmp.landing.retired_rows import BY_RECORD, COPIED, ORDERS, refuse_unequal
from dmp.landing.tables import raw_table

WRITE = Template("""
COPY (
    SELECT * FROM ($rows) WHERE landed_date BETWEEN $$first AND $$last ORDER BY $order
) TO $path (FORMAT parquet, COMPRESSION zstd)
""")
RECORDS = Template("FROM warehouse.$table")
OF_SOURCES = Template("FROM warehouse.raw.$table WHERE NOT list_contains($never, source)")
REJECTS = Template("""
SELECT source, entity, landed_date, source_file, source_line, field, reason_code, content
FROM warehouse.raw.rejects INNER JOIN vault.rejects
    USING (source, entity, landed_date, source_file, source_line, content_hash)
WHERE NOT list_contains($never, source)
""")
# What an earlier batch has is not written again.
IDENTIFIERS = Template("""
COPY (FROM vault.identifiers EXCEPT $earlier ORDER BY ALL) TO $path (FORMAT parquet, COMPRESSION zstd)
""")
SOURCE_FILES = Template("SELECT source_file FROM $part WHERE $rows")


def write_rows(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    contracts: Mapping[str, Contract],
    days: tuple[date, date],
    earlier: RetiredDays,
) -> None:
    """Write what landed days first..last gave into a new folder, from the databases `warehouse` and `vault`.

    Raises AccountingError where what was written is not as many rows as a file's account says.
    """
    folder.mkdir(mode=0o700, parents=True)
    never = f"[{', '.join(map(quoted, sorted(NEVER_RETIRED)))}]"
    sources = {table: OF_SOURCES.substitute(table=table, never=never) for table in COPIED}
    for table, rows in sources.items():
        _write(connection, folder / f"{table}.parquet", rows, ORDERS[table], days)
    _write(connection, folder / "rejects.parquet", REJECTS.substitute(never=never), BY_RECORD, days)
    for contract in contracts.values():
        for name in contract.entities if contract.source not in NEVER_RETIRED else ():
            path = folder / f"{contract.source}__{name}.parquet"
            rows = RECORDS.substitute(table=raw_table(contract, name))
            if _write(connection, path, rows, BY_RECORD, days) == 0:
                path.unlink()
    known = earlier.parts("identifiers")
    of_earlier = (
        f"FROM read_parquet([{', '.join(map(quoted, known))}])"
        if known
        else "SELECT * FROM vault.identifiers LIMIT 0"
    )
    connection.execute(
        IDENTIFIERS.substitute(earlier=f"({of_earlier})", path=quoted(str(folder / "identifiers.parquet")))
    )
    _refuse_unequal_files(connection, folder)


def _write(
    connection: duckdb.DuckDBPyConnection, path: Path, rows: str, order: str, days: tuple[date, date]
) -> int:
    statement = WRITE.substitute(rows=rows, order=order, path=quoted(str(path)))
    [[count]] = connection.execute(statement, {"first": days[0], "last": days[1]}).fetchall()
    return count


def _refuse_unequal_files(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Compare what was written, as it is read back, with the accounts that were written beside it."""
    accounts, rejects = (folder / f"{name}.parquet" for name in ("landed_files", "rejects"))
    # Where no record was accepted, there is no part: none of the accounts stands for that.
    records = [
        SOURCE_FILES.substitute(part=_parquet(path), rows="true") for path in folder.glob("*__*.parquet")
    ]
    none = SOURCE_FILES.substitute(part=_parquet(accounts), rows="false")
    accepted = " UNION ALL ".join([none, *records])
    rejected = SOURCE_FILES.substitute(part=_parquet(rejects), rows="content IS NOT NULL")
    refuse_unequal(connection, f"FROM {_parquet(accounts)}", accepted, "accepted_count")
    refuse_unequal(connection, f"FROM {_parquet(accounts)}", rejected, "rejected_count")


def _parquet(path: Path) -> str:
    return f"read_parquet({quoted(str(path))})"
