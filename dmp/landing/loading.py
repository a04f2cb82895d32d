"""Loads landed days into schema `raw`: replaces a range of days of one source in one transaction.

The account of every file must balance before anything is kept. What happens to an entity's files is in
`entity_loading.py`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from string import Template

import duckdb

from dmp.landing.accounts import FileAccount, write_accounts
from dmp.landing.blocks import RefusedFileError
from dmp.landing.content import fingerprint
from dmp.landing.contract import Contract
from dmp.landing.drift import find_drift
from dmp.landing.entity_loading import EntityLoad
from dmp.landing.file_columns import begin_columns, finish_columns
from dmp.landing.files import LandedFile, landed_files
from dmp.landing.personal_data import find_personal_data
from dmp.landing.rejects import begin_rejects, finish_rejects
from dmp.landing.retired_rows import put_back
from dmp.landing.suppression import NONE_RETIRED, Retired
from dmp.landing.tables import ACCOUNTING_TABLES, create_raw_tables, raw_table
from dmp.landing.vault import begin_identifiers, open_vault, write_vault

CLEAR_RECORDS = Template("DELETE FROM $table WHERE landed_date BETWEEN $$first AND $$last")
CLEAR_ACCOUNTS = Template(
    "DELETE FROM $table WHERE source = $$source AND landed_date BETWEEN $$first AND $$last"
)
COUNT_RECORDS = Template(
    "SELECT source_file, count(*) FROM $table WHERE landed_date BETWEEN $$first AND $$last GROUP BY ALL"
)
COUNT_REJECTS = "SELECT source_file, count(*) FROM new_rejects GROUP BY ALL"
Range = dict[str, object]


def load_landed_days(
    connection: duckdb.DuckDBPyConnection,
    vault_path: Path,
    landing: Path,
    contract: Contract,
    *,
    first: date,
    last: date,
    key: bytes,
    suppressed: frozenset[int] = frozenset(),
    retired: Retired = NONE_RETIRED,
) -> list[FileAccount]:
    """Replace the rows of a source's landed days first..last; return one account per file in that range.

    Running it again gives the same rows. Records are compared with those landed before and within the range:
    after a change, load from the first changed day to the last landed one. Sets the session's zone to UTC. Retired days
    have no files any more: what those gave is put back as it was kept.
    suppressed: keys of identifiers whose records are counted and not stored; retired: the same under earlier keys.
    Raises AccountingError if an account does not balance, DriftError where columns changed and the contract says
    stop; nothing is kept then.
    """
    connection.execute("SET TimeZone = 'UTC'")
    create_raw_tables(connection, {contract.source: contract})
    days: Range = {"first": first, "last": last}
    connection.begin()
    try:
        _clear(connection, contract, days)
        _begin_gathering(connection)
        put_back(connection, landing, contract, first, last)
        files = landed_files(landing, contract.source, first, last)
        accounts = _load_files(connection, contract, files, key, suppressed=suppressed, retired=retired)
        _settle(connection, contract, days, accounts)
        find_drift(connection, contract, first, last)
        find_personal_data(connection, contract, first, last)
        # The vault first: a key without its text could not be mended, a text without rows does no harm.
        with open_vault(vault_path) as vault:
            write_vault(vault, connection, contract.source, first, last)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return accounts


def rejected_as_of_now(
    landing: Path, contract: Contract, source_files: list[str], key: bytes
) -> dict[str, int]:
    """Return how many records of some files the contract, as it is now, would reject; nothing is kept.

    A file that would be refused whole, or is gone, is left out.
    """
    files = landed_files(landing, contract.source, date.min, date.max)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        create_raw_tables(connection, {contract.source: contract})
        wanted = [file for file in files if file.source_file in source_files]
        _begin_gathering(connection)
        accounts = _load_files(connection, contract, wanted, key)
        rejected = dict(connection.execute(COUNT_REJECTS).fetchall())
    return {
        account.source_file: rejected.get(account.source_file, 0)
        for account in accounts
        if not account.is_refused
    }


def _clear(connection: duckdb.DuckDBPyConnection, contract: Contract, days: Range) -> None:
    for name in contract.entities:
        connection.execute(CLEAR_RECORDS.substitute(table=raw_table(contract, name)), days)
    for name in ACCOUNTING_TABLES:
        connection.execute(
            CLEAR_ACCOUNTS.substitute(table=f"raw.{name}"), {"source": contract.source, **days}
        )


def _begin_gathering(connection: duckdb.DuckDBPyConnection) -> None:
    begin_rejects(connection)
    begin_identifiers(connection)
    begin_columns(connection)


def _load_files(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    files: list[LandedFile],
    key: bytes,
    *,
    suppressed: frozenset[int] = frozenset(),
    retired: Retired = NONE_RETIRED,
) -> list[FileAccount]:
    accounts = [
        FileAccount(contract.source, file.entity, file.landed_date, file.source_file) for file in files
    ]
    readable: dict[str, list[tuple[LandedFile, FileAccount]]] = {}
    for file, account in zip(files, accounts, strict=True):
        try:
            file.check(contract)
        except RefusedFileError as error:
            account.content_hash = fingerprint(file.path)
            account.refuse(str(error))
        else:
            readable.setdefault(file.entity, []).append((file, account))
    for name, pairs in readable.items():
        EntityLoad(connection, contract, name, key, suppressed, retired).load(pairs)
    finish_rejects(connection)
    finish_columns(connection, contract.source)
    return accounts


def _settle(
    connection: duckdb.DuckDBPyConnection, contract: Contract, days: Range, accounts: list[FileAccount]
) -> None:
    """Count what the tables now hold, check each account against it and write the accounts."""
    accepted: dict[str, int] = {}
    for name in contract.entities:
        statement = COUNT_RECORDS.substitute(table=raw_table(contract, name))
        accepted.update(connection.execute(statement, days).fetchall())
    rejected = dict(connection.execute(COUNT_REJECTS).fetchall())
    for account in accounts:
        account.accepted_count = accepted.get(account.source_file, 0)
        account.rejected_count = rejected.get(account.source_file, 0)
        account.check()
    write_accounts(connection, accounts)
