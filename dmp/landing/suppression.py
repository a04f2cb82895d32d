"""Records of people who were erased: found by the keys of their identifiers, counted, never stored.

What loading suppresses is what an erasure removes from the landing: both ask here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Template

import duckdb
import numpy as np
import pyarrow as pa

from dmp.landing.blocks import Block
from dmp.landing.contract import Entity
from dmp.landing.field_contract import Identifier
from dmp.landing.identifiers import LONGEST
from dmp.landing.parsing import has_phones, identifier_statement, parse_statements
from dmp.landing.phone_numbers import numbers_in, with_phone_numbers

# What an identifier may be in a line that nobody can parse: all that stands between the marks of JSON and CSV.
TOKEN = re.compile(r"[^\s\"',;:{}\[\]()<>|=&?\\]+")
CARRYING = Template("""
SELECT file_number, source_line
FROM parsed INNER JOIN batch_identifiers AS given ON given.given_text = parsed."$name"
WHERE given.namespace = '$namespace' AND given.identifier_type = '$type' AND given.is_hashed = $is_hashed
    AND given.given_region = '$region'
    AND list_contains($$suppressed, given.identifier_key)
""")
NAMING = Template("""
SELECT file_number, source_line FROM parsed
WHERE list_contains(
    $$suppressed, CASE WHEN regexp_full_match("$name", '[0-9a-f]{16}') THEN unhex("$name")::BIT::BIGINT END)
""")
UNPARSED = """
SELECT file_number, source_line, record_text FROM parsed INNER JOIN records USING (file_number, source_line)
WHERE problem IS NOT NULL
"""
Lines = set[tuple[int, int]]
# Keyed hashes by the key that made them.
Retired = Mapping[bytes, frozenset[int]]
NONE_RETIRED: Retired = {}


def read_records(connection: duckdb.DuckDBPyConnection, blocks: Iterable[tuple[int, Block]]) -> None:
    """Register a batch of (file number, block) as the relation `records`."""
    tables = [
        block.records.append_column("file_number", pa.array(np.full(len(block.records), number, np.int32)))
        for number, block in blocks
    ]
    connection.register("records", pa.concat_tables(tables))


def parse_records(connection: duckdb.DuckDBPyConnection, entity: Entity, key: bytes) -> None:
    """Make `parsed` and, where the entity has identifiers, `batch_identifiers` from `records`."""
    for statement in parse_statements(entity):
        connection.execute(statement)
    if has_phones(entity):
        with_phone_numbers(connection)
    if identifiers := identifier_statement(entity):
        connection.execute(identifiers, {"key": key})


def suppressed_lines(
    connection: duckdb.DuckDBPyConnection, entity: Entity, key: bytes, suppressed: frozenset[int]
) -> Lines:
    """Return (file number, line) of the parsed records that carry a suppressed identifier."""
    if not suppressed or not entity.names_people:
        return set()
    carrying = [
        CARRYING.substitute(
            name=name,
            namespace=identifier.namespace,
            type=identifier.type,
            is_hashed=str(identifier.is_hashed).lower(),
            region=identifier.region or "",
        )
        for name, identifier in entity.identifiers.items()
    ]
    naming = [NAMING.substitute(name=name) for name, field in entity.fields.items() if field.is_identifier_id]
    query = " UNION ".join([*carrying, *naming])
    lines = set(connection.execute(query, {"suppressed": list(suppressed)}).fetchall())
    if entity.format != "parquet":
        for number, line, text in connection.execute(UNPARSED).fetchall():
            if names_suppressed(text, entity, key, suppressed):
                lines.add((number, line))
    return lines


def names_suppressed(text: str, entity: Entity, key: bytes, suppressed: frozenset[int]) -> bool:
    """Whether a word or number of a text that nobody could parse is a suppressed identifier."""
    return bool(suppressed) and any(
        identifier.key_of(key, word) in suppressed
        for identifier in set(entity.identifiers.values())
        for word in _words(text, identifier)
        if len(word) <= LONGEST
    )


def _words(text: str, identifier: Identifier) -> set[str]:
    words = set(TOKEN.findall(text))
    return words.union(numbers_in(text, identifier.region)) if identifier.type == "phone" else words


def suppress(
    connection: duckdb.DuckDBPyConnection,
    entity: Entity,
    key: bytes,
    suppressed: frozenset[int],
    retired: Retired = NONE_RETIRED,
) -> dict[int, int]:
    """Take the records of erased people out of `parsed`; return their number by file number.

    Texts that only they gave are no identifiers of the batch any more. retired: what was erased under earlier keys.
    """
    lines = suppressed_lines(connection, entity, key, suppressed)
    lines |= _retired_lines(connection, entity, key, retired)
    counts: dict[int, int] = {}
    for number, _ in lines:
        counts[number] = counts.get(number, 0) + 1
    if lines:
        numbers, places = zip(*sorted(lines), strict=True)
        gone = pa.table({"file_number": pa.array(numbers, pa.int32()), "source_line": pa.array(places)})
        connection.register("suppressed_records", gone)
        connection.execute(
            "DELETE FROM parsed WHERE (file_number, source_line) IN (SELECT (file_number, source_line) "
            "FROM suppressed_records)"
        )
        connection.unregister("suppressed_records")
        if identifiers := identifier_statement(entity):
            connection.execute(identifiers, {"key": key})
    return counts


def _retired_lines(
    connection: duckdb.DuckDBPyConnection, entity: Entity, key: bytes, retired: Retired
) -> Lines:
    """Return the lines that carry an identifier which was erased under an earlier key.

    `batch_identifiers` has the keys of the present one again afterwards.
    """
    identifiers = identifier_statement(entity)
    lines: Lines = set()
    for earlier, hashes in retired.items():
        if identifiers:
            connection.execute(identifiers, {"key": earlier})
        lines |= suppressed_lines(connection, entity, earlier, hashes)
    if retired and identifiers:
        connection.execute(identifiers, {"key": key})
    return lines
