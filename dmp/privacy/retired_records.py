"""Rows of retired days that carry certain identifiers: counted, or taken out of what is kept.

Their files are gone, so that they are found by key. A row that goes counts as suppressed in its file's account; so does
a reject whose text names them. Of a conflict only hashes are kept: it goes with the record that won over it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from string import Template

import duckdb

from dmp.builds import content_hash
from dmp.landing.contract import Contract, Entity, load_contracts
from dmp.landing.readings import check_retired
from dmp.landing.retired_days import RetiredDays, keep_retired, table_of
from dmp.landing.retired_rows import BY_RECORD, ORDERS
from dmp.landing.suppression import names_suppressed
from dmp.publish import quoted
from dmp.settings import Home

# One row per row that goes, with the count of its file's account that it was part of.
BEGIN = """
CREATE TABLE gone (
    batch VARCHAR, kind VARCHAR, source VARCHAR, entity VARCHAR, source_file VARCHAR, source_line BIGINT,
    record_key UBIGINT
)
"""
FIND_RECORDS = Template("""
INSERT INTO gone
SELECT $$batch, 'accepted', $$source, $$entity, source_file, source_line, record_key
FROM read_parquet($$part) WHERE $condition
""")
NAMED_BY_ID = Template(
    "list_contains($$keys, CASE WHEN regexp_full_match($name, '[0-9a-f]{16}') THEN unhex($name)::BIT::BIGINT END)"
)
REJECTS = "SELECT source, entity, source_file, source_line, content FROM read_parquet(?)"
FIND_CONFLICTS = """
INSERT INTO gone
SELECT $batch, 'conflict', source, entity, source_file, source_line, NULL
FROM read_parquet($part) AS conflicts
WHERE (source, entity, record_key) IN (SELECT (source, entity, record_key) FROM gone WHERE kind = 'accepted')
"""
FIND_IDENTIFIERS = """
INSERT INTO gone SELECT $batch, 'identifier', NULL, NULL, NULL, NULL, NULL
FROM read_parquet($part) WHERE list_contains($keys, identifier_key)
"""
WITHOUT = Template("""
FROM read_parquet($$part) AS rows WHERE NOT EXISTS (
    FROM gone WHERE kind = '$kind' AND gone.source_file = rows.source_file AND gone.source_line = rows.source_line)
""")
WITHOUT_IDENTIFIERS = "FROM read_parquet($part) WHERE NOT list_contains($keys, identifier_key)"
ACCOUNTS = """
SELECT accounts.* REPLACE (
    accepted_count - coalesce(accepted, 0) AS accepted_count, conflict_count - coalesce(conflict, 0) AS conflict_count,
    rejected_count - coalesce(rejected, 0) AS rejected_count,
    suppressed_count + coalesce(accepted, 0) + coalesce(conflict, 0) + coalesce(rejected, 0) AS suppressed_count
)
FROM read_parquet($part) AS accounts LEFT JOIN (
    SELECT
        source_file, count(*) FILTER (kind = 'accepted') AS accepted, count(*) FILTER (kind = 'conflict') AS conflict,
        count(*) FILTER (kind = 'rejected') AS rejected
    FROM gone WHERE source_file IS NOT NULL GROUP BY source_file
) USING (source_file)
"""
TOUCHED = """
SELECT DISTINCT batch, CASE kind
    WHEN 'accepted' THEN source || '__' || entity WHEN 'conflict' THEN 'conflicts' WHEN 'rejected' THEN 'rejects'
    ELSE 'identifiers' END
FROM gone
UNION
SELECT DISTINCT batch, 'landed_files' FROM gone WHERE kind <> 'identifier'
"""
COUNTS = """
SELECT source || '.' || entity, kind, count(*) FROM gone WHERE kind IN ('accepted', 'rejected')
GROUP BY ALL ORDER BY ALL
"""


def count_retired(home: Home, keys: frozenset[int]) -> dict[str, int]:
    """Return how many kept rows carry those identifiers, `source.entity`, and rejects, `source.entity rejects`."""
    with _found(home, keys) as (_, connection):
        return {
            place if kind == "accepted" else f"{place} rejects": count
            for place, kind, count in connection.execute(COUNTS).fetchall()
        }


def erase_retired(home: Home, keys: frozenset[int]) -> None:
    """Take the rows of those identifiers out, whole or not at all; repeating it finds none.

    Raises DmpError where the rows are damaged.
    """
    with _found(home, keys) as (retired, connection):
        touched = set(connection.execute(TOUCHED).fetchall())
        tables = dict(retired.tables)
        for name in retired.tables:
            if (Path(name).parts[0], table_of(name)) in touched:
                written = _write_without(connection, retired, name, keys)
                del tables[name]
                tables[written] = content_hash(retired.folder / written)
        if touched:
            keep_retired(replace(retired, tables=dict(sorted(tables.items()))))


@contextmanager
def _found(home: Home, keys: frozenset[int]) -> Iterator[tuple[RetiredDays, duckdb.DuckDBPyConnection]]:
    """Yield the retired days and a database whose table `gone` names every row that goes."""
    contracts = load_contracts()
    retired = check_retired(home, contracts)
    with duckdb.connect(config={"threads": home.settings().threads}) as connection:
        connection.execute("SET memory_limit = ?", [home.settings().memory_limit])
        connection.execute("SET temp_directory = ?", [str(retired.folder / ".sorting")])
        connection.execute(BEGIN)
        for name in retired.tables:
            if "__" in table_of(name):
                _find_records(connection, contracts, retired.folder / name, keys)
            elif table_of(name) == "rejects":
                for found in _rejects(connection, home, contracts, retired.folder / name, keys):
                    connection.execute("INSERT INTO gone VALUES (?, ?, ?, ?, ?, ?, ?)", found)
        for name in retired.tables:
            place = {"batch": Path(name).parts[0], "part": str(retired.folder / name)}
            if table_of(name) == "conflicts":
                connection.execute(FIND_CONFLICTS, place)
            elif table_of(name) == "identifiers":
                connection.execute(FIND_IDENTIFIERS, {**place, "keys": sorted(keys)})
        yield retired, connection


def _find_records(
    connection: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    part: Path,
    keys: frozenset[int],
) -> None:
    source, _, entity = table_of(part.name).partition("__")
    if condition := _condition(contracts[source].entities[entity]):
        place = {"batch": part.parent.name, "source": source, "entity": entity, "part": str(part)}
        connection.execute(FIND_RECORDS.substitute(condition=condition), {**place, "keys": sorted(keys)})


def _condition(entity: Entity) -> str:
    """Return SQL that is true for a row that carries one of `$keys`, as loading would find it."""
    carrying = [f'list_contains($keys, "{column.column}")' for column in entity.identifiers.values()]
    naming = [
        NAMED_BY_ID.substitute(name=f'"{name}"')
        for name, field in entity.fields.items()
        if field.is_identifier_id
    ]
    return " OR ".join([*carrying, *naming])


def _rejects(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    contracts: Mapping[str, Contract],
    part: Path,
    keys: frozenset[int],
) -> list[tuple[object, ...]]:
    """Return the rejects whose text names one of the keys, as rows of `gone`."""
    key = home.key()
    return [
        (part.parent.name, "rejected", source, entity, file, line, None)
        for source, entity, file, line, content in connection.execute(REJECTS, [str(part)]).fetchall()
        if names_suppressed(content.decode(errors="replace"), contracts[source].entities[entity], key, keys)
    ]


def _write_without(
    connection: duckdb.DuckDBPyConnection, retired: RetiredDays, name: str, keys: frozenset[int]
) -> str:
    """Write a part without what goes, beside it and under a name of its own; return that."""
    table = table_of(name)
    kind = {"conflicts": "conflict", "rejects": "rejected"}.get(table, "accepted")
    rows, order = WITHOUT.substitute(kind=kind), ORDERS.get(table, BY_RECORD)
    given: dict[str, object] = {"part": str(retired.folder / name)}
    if table == "landed_files":
        rows = ACCOUNTS
    elif table == "identifiers":
        rows, order, given = WITHOUT_IDENTIFIERS, "ALL", {**given, "keys": sorted(keys)}
    batch, _, file = name.partition("/")
    number = int(file.split(".")[1]) + 1 if file.count(".") == 2 else 2
    written = f"{batch}/{table}.{number}.parquet"
    path = quoted(retired.folder / written)
    connection.execute(
        f"COPY ({rows} ORDER BY {order}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)", given
    )
    return written
