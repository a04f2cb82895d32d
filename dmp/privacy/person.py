"""Who is meant: every identifier that is a person's, found from one of them or from a published user_id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import duckdb

from dmp.landing.contract import Contract, Entity, load_contracts
from dmp.landing.tables import raw_table
from dmp.privacy.shared_identifiers import shared_by_them_alone
from dmp.publish import quoted
from dmp.settings import DmpError, Home

USER_ID = re.compile(r"[0-9a-f]{16}")
# Identifiers that by themselves say whose a record is; the others follow the person in whose records they stand.
OWNING = ("login", "household", "anonymous")
MAPPED = (
    "SELECT DISTINCT user_key FROM warehouse.profiles.identity_map WHERE list_contains(?, identifier_key)"
)
JOINED = "SELECT identifier_key FROM warehouse.profiles.identity_map WHERE list_contains(?, user_key)"
KNOWN = """
SELECT identifier_type, namespace, identifier_text FROM vault.identifiers WHERE list_contains(?, identifier_key)
ORDER BY ALL
"""


@dataclass(frozen=True)
class People:
    """Some people as the tables know them, seen as one: what only they share is theirs too.

    keys: of every identifier that is theirs alone. texts: (type, namespace, text) of each that the vault knows.
    """

    user_keys: tuple[int, ...] = ()
    keys: frozenset[int] = frozenset()
    texts: tuple[tuple[str, str, str], ...] = ()

    @property
    def user_ids(self) -> list[str]:
        """The people as published."""
        return [format(user_key & (2**64 - 1), "016x") for user_key in self.user_keys]


def open_home(home: Home) -> duckdb.DuckDBPyConnection:
    """Open warehouse and vault for reading. Raises DmpError where nothing has been run yet."""
    if not (home.warehouse.exists() and home.vault.exists()):
        raise DmpError(f"{home.root} holds nothing of anybody yet: run `dmp run --home {home.root}` first")
    connection = duckdb.connect(config={"threads": home.settings().threads})
    for name, path in {"warehouse": home.warehouse, "vault": home.vault}.items():
        connection.execute(f"ATTACH '{quoted(path)}' AS {name} (READ_ONLY)")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def find_people(connection: duckdb.DuckDBPyConnection, home: Home, users: Iterable[str]) -> People:
    """Return the people who go by `users`. Raises DmpError where one of these names not exactly one person."""
    user_keys = tuple(dict.fromkeys(_user_key(connection, home, user) for user in users))
    joined = {key for (key,) in connection.execute(JOINED, [list(user_keys)]).fetchall()}
    joined |= shared_by_them_alone(connection, joined)
    theirs = frozenset(joined | _carried(connection, joined))
    return People(user_keys, theirs, tuple(connection.execute(KNOWN, [sorted(theirs)]).fetchall()))


def known_texts(home: Home, keys: Iterable[int]) -> tuple[tuple[str, str, str], ...]:
    """Return what the vault knows of some identifiers, nothing where there is no vault: type, namespace, text."""
    if not home.vault.exists():
        return ()
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{quoted(home.vault)}' AS vault (READ_ONLY)")
        return tuple(connection.execute(KNOWN, [sorted(keys)]).fetchall())


def _user_key(connection: duckdb.DuckDBPyConnection, home: Home, user: str) -> int:
    found = {key for (key,) in connection.execute(MAPPED, [sorted(named_keys(home, user))]).fetchall()}
    if not found and USER_ID.fullmatch(user):
        published = int.from_bytes(bytes.fromhex(user), "big", signed=True)
        found = {published} if connection.execute(JOINED, [[published]]).fetchall() else set()
    if len(found) > 1:
        raise DmpError(f"'{user}' names {len(found)} people in different sources: use a user_id")
    if not found:
        raise DmpError(f"nobody in {home.root} goes by '{user}'")
    return found.pop()


def named_keys(home: Home, user: str) -> set[int]:
    """Return the keys that a text has as an identifier, one for each namespace and type that a contract knows."""
    key = home.key()
    return {
        identifier.key_of(key, user)
        for contract in load_contracts().values()
        for entity in contract.entities.values()
        for identifier in entity.identifiers.values()
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
        identifier.column: identifier.type
        for identifier in entity.identifiers.values()
        if not identifier.is_of_another
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
