"""What the files of retired days gave, put back into `raw` by every load that begins there.

The accounts, conflicts and columns of the files are kept as they were; rejects with their contents, and what the vault
knew, so that a lost vault comes back too. Drift and personal data are found again in the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from string import Template

import duckdb

from dmp.landing.accounts import AccountingError
from dmp.landing.contract import Contract, Entity
from dmp.landing.fields import quoted, quoted_name
from dmp.landing.retired_days import read_retired
from dmp.landing.tables import raw_table

COPIED = ("landed_files", "conflicts", "file_columns")
BY_RECORD = "landed_date, source_file, source_line"
ORDERS = {
    "landed_files": "landed_date, source_file",
    "conflicts": f"entity, {BY_RECORD}",
    "file_columns": "landed_date, source_file, column_name",
}
PUT_BACK = Template("""
INSERT INTO $table BY NAME
SELECT * $replaced FROM read_parquet($$parts)
WHERE landed_date BETWEEN $$first AND $$last $of_source ORDER BY $order
""")
KNOWN_IDENTIFIERS = """
INSERT INTO new_identifiers BY NAME
FROM read_parquet($parts) WHERE list_contains($namespaces, namespace)
"""
UNEQUAL = Template("""
SELECT source_file FROM ($accounts) LEFT JOIN (SELECT source_file, count(*) AS found FROM ($rows) GROUP BY ALL)
    USING (source_file)
WHERE coalesce(found, 0) <> $count
ORDER BY source_file LIMIT 1
""")


def put_back(
    connection: duckdb.DuckDBPyConnection, landing: Path, contract: Contract, first: date, last: date
) -> None:
    """Put the rows of a source's retired days within first..last into its raw tables, and their accounts.

    Rejects and identifiers join those of the load that is under way. Raises AccountingError where the rows of a file
    are not as many as its account says.
    """
    retired = read_retired(landing)
    if not retired.holds(contract.source, first):
        return
    days = {"first": first, "last": min(last, retired.last)}
    for name, entity in contract.entities.items():
        replaced = f"REPLACE ({payload_hash(entity)} AS payload_hash)"
        table = raw_table(contract, name)
        parts = retired.parts(f"{contract.source}__{name}")
        _put(connection, table, parts, days, replaced=replaced, order=BY_RECORD)
    of_source = f"AND source = {quoted(contract.source)}"
    for table in COPIED:
        _put(connection, f"raw.{table}", retired.parts(table), days, of_source=of_source, order=ORDERS[table])
    _put(connection, "new_rejects", retired.parts("rejects"), days, of_source=of_source, order=BY_RECORD)
    namespaces = {
        identifier.namespace
        for entity in contract.entities.values()
        for identifier in entity.identifiers.values()
    }
    known = {"parts": retired.parts("identifiers"), "namespaces": sorted(namespaces)}
    connection.execute(KNOWN_IDENTIFIERS, known)
    _refuse_unequal_tables(connection, contract, days)


def _put(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    parts: list[str],
    days: Mapping[str, date],
    *,
    order: str,
    replaced: str = "",
    of_source: str = "",
) -> None:
    if parts:
        statement = PUT_BACK.substitute(table=table, replaced=replaced, of_source=of_source, order=order)
        connection.execute(statement, {"parts": parts, **days})


def _refuse_unequal_tables(
    connection: duckdb.DuckDBPyConnection, contract: Contract, days: Mapping[str, date]
) -> None:
    within = f"landed_date BETWEEN DATE '{days['first']}' AND DATE '{days['last']}'"
    accounts = f"FROM raw.landed_files WHERE source = {quoted(contract.source)} AND {within}"
    records = [
        f"SELECT source_file FROM {raw_table(contract, name)} WHERE {within}"  # noqa: S608
        for name in contract.entities
    ]
    refuse_unequal(connection, accounts, " UNION ALL ".join(records), "accepted_count")
    refuse_unequal(connection, accounts, "SELECT source_file FROM new_rejects", "rejected_count")


def refuse_unequal(connection: duckdb.DuckDBPyConnection, accounts: str, rows: str, count: str) -> None:
    """Raise AccountingError where the rows of a file are not as many as the column `count` of its account says.

    accounts, rows: SQL, of the accounts and of one `source_file` a row.
    """
    statement = UNEQUAL.substitute(accounts=accounts, rows=rows, count=count)
    if unequal := connection.execute(statement).fetchone():
        raise AccountingError(
            f"{unequal[0]}: the rows that are kept of it are not as many as its account says ({count})"
        )


def payload_hash(entity: Entity) -> str:
    """Return SQL for what loading hashed of a record, over its raw columns: DuckDB's hash() may change with a release.

    A fingerprint whose text no column holds keeps the hash that it had.
    """
    columns = ", ".join(map(quoted_name, entity.raw_columns))
    of_all = f"hash({columns}, properties)"
    if entity.fingerprint is None:
        return of_all
    if entity.fields[entity.fingerprint].type != "text" or entity.raw_column(entity.fingerprint) is None:
        return "payload_hash"
    text = quoted_name(entity.fingerprint)
    return f"CASE WHEN {text} IS NULL THEN {of_all} ELSE hash({text}) END"
