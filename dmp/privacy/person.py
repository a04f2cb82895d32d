"""Who is meant: every identifier that is a person's, found from one of them or from a published user_id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import duckdb

from dmp.landing.contract import Contract, Entity, load_contracts
from dmp.landing.identifiers import identifier_key, key_text, normalised
from dmp.landing.tables import raw_table
from dmp.publish import quoted
from dmp.settings import DmpError, Home

USER_ID = re.compile(r"[0-9a-f]{16}")
# Identifiers that by themselves say whose a record is; the others follow the person in whose records they stand.
OWNING = ("login", "household", "anonymous")
MAPPED = (
    "SELECT DISTINCT user_key FROM warehouse.profiles.identity_map WHERE list_contains(?, identifier_key)"
)
JOINED = "SELECT identifier_key FROM warehouse.profiles.identity_map WHERE user_key = ?"
KNOWN = """
SELECT identifier_type, namespace, identifier_text FROM vault.identifiers WHERE list_contains(?, identifier_key)
ORDER BY ALL
"""


@dataclass(frozen=True)
class Person:
    """A person as the tables know them.

    keys: of every identifier that is theirs alone. texts: (type, namespace, text) of each that the vault knows.
    """

    user_key: int
    keys: frozenset[int]
    texts: tuple[tuple[str, str, str], ...]

    @property
    def user_id(self) -> str:
        """The person as published."""
        return format(self.user_key & (2**64 - 1), "016x")


def open_home(home: Home) -> duckdb.DuckDBPyConnection:
    """Open warehouse and vault for reading. Raises DmpError where nothing has been run yet."""
    if not (home.warehouse.exists() and home.vault.exists()):
        raise DmpError(f"{home.root} holds nothing of anybody yet: run `dmp run --home {home.root}` first")
    connection = duckdb.connect(config={"threads": home.settings().threads})
    for name, path in {"warehouse": home.warehouse, "vault": home.vault}.items():
        connection.execute(f"ATTACH '{quoted(path)}' AS {name} (READ_ONLY)")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def find_person(connection: duckdb.DuckDBPyConnection, home: Home, user: str) -> Person:
    """Return the one person who goes by `user`. Raises DmpError where there is not exactly one."""
    keys = named_keys(home, user)
    found = {key for (key,) in connection.execute(MAPPED, [sorted(keys)]).fetchall()}
    if not found and USER_ID.fullmatch(user):
        found = {int.from_bytes(bytes.fromhex(user), "big", signed=True)}
    if len(found) > 1:
        raise DmpError(f"'{user}' names {len(found)} people in different sources: use a user_id")
    [user_key] = found or [None]
    joined = {key for (key,) in connection.execute(JOINED, [user_key]).fetchall()}
    if user_key is None or not joined:
        raise DmpError(f"nobody in {home.root} goes by '{user}'")
    theirs = frozenset(joined | _carried(connection, joined))
    return Person(user_key, theirs, tuple(connection.execute(KNOWN, [sorted(theirs)]).fetchall()))


def named_keys(home: Home, user: str) -> set[int]:
    """Return the keys that a text has as an identifier, one for each namespace and type that a contract knows."""
    key = home.key()
    kinds = {
        (field.identifier.namespace, field.identifier.type)
        for contract in load_contracts().values()
        for entity in contract.entities.values()
        for field in entity.fields.values()
        if field.identifier
    }
    return {
        identifier_key(key, namespace, key_text(type_, normalised(user, is_email=type_ == "email")))
        for namespace, type_ in kinds
    }


def identified_tables(contracts: Mapping[str, Contract]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each raw table that names anybody, with the types of its identifier columns by column."""
    for contract in contracts.values():
        for name, entity in contract.entities.items():
            if columns := identifier_columns(entity):
                yield raw_table(contract, name), columns


def identifier_columns(entity: Entity) -> dict[str, str]:
    """Return the types of the identifiers of whom an entity's records are, by raw column."""
    return {
        field.identifier.column: field.identifier.type
        for field in entity.fields.values()
        if field.identifier and not field.identifier.is_of_another
    }


def _carried(connection: duckdb.DuckDBPyConnection, joined: Iterable[int]) -> set[int]:
    """Return what else stands in their records (orders, devices, e-mails, phones) and in nobody else's."""
    connection.execute("CREATE OR REPLACE TEMP TABLE joined (identifier_key BIGINT)")
    connection.executemany("INSERT INTO joined VALUES (?)", [[key] for key in joined])
    selects = []
    for table, columns in identified_tables(load_contracts()):
        owners = [column for column, type_ in columns.items() if type_ in OWNING]
        if not owners or not _exists(connection, table):
            continue
        is_theirs = " OR ".join(f"{owner} IN (FROM joined)" for owner in owners)
        selects += [
            f"SELECT {column} AS key, coalesce({is_theirs}, false) AS is_theirs FROM warehouse.{table} "  # noqa: S608
            f"WHERE {column} IS NOT NULL AND coalesce({', '.join(owners)}) IS NOT NULL"
            for column in columns.keys() - set(owners)
        ]
    if not selects:
        return set()
    query = f"SELECT key FROM ({' UNION ALL '.join(selects)}) GROUP BY key HAVING bool_and(is_theirs)"  # noqa: S608
    return {key for (key,) in connection.execute(query).fetchall()}


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    schema, name = table.split(".")
    query = "SELECT 1 FROM duckdb_tables() WHERE database_name = 'warehouse' AND schema_name = ? AND table_name = ?"
    return connection.execute(query, [schema, name]).fetchone() is not None
