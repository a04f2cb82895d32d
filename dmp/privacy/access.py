"""Everything that a home holds of one person, as plain values for JSON."""

from __future__ import annotations

from typing import Any

import duckdb

from dmp.privacy.landed_records import FoundRecords, find_records
from dmp.privacy.person import People, find_people, open_home
from dmp.published import Published, published
from dmp.settings import Home

# Integer keys of people, identifiers and orders; the keys of records are unsigned.
KEYED_TABLES = """
SELECT schema_name || '.' || table_name AS name, list(column_name ORDER BY column_index)
FROM duckdb_columns()
WHERE database_name = 'warehouse' AND NOT internal AND column_name LIKE '%\\_key' ESCAPE '\\' AND data_type = 'BIGINT'
    AND (schema_name, table_name) IN (SELECT (schema_name, table_name) FROM duckdb_tables())
GROUP BY name ORDER BY name
"""
REJECTED = "SELECT source_file, source_line, content FROM vault.rejects"
MODELS = """
SELECT target AS name, model_version, trained_on FROM warehouse.predictions.prediction_models
WHERE model_version IS NOT NULL
    AND EXISTS (FROM warehouse.profiles.user_metrics_history WHERE user_key = ? AND as_of_date < trained_on)
"""


def read_access(home: Home, user: str) -> dict[str, Any]:
    """Return all that is held of the person who goes by `user`.

    Keys: user_id, identifiers (type, namespace, text, from the vault), landing (file, line, content of every
    record), unread_files, rejects (file and line of those whose text the vault keeps), tables and published (rows
    by table), models (in whose training rows the person may stand). Raises DmpError where nobody goes by that name.
    """
    connection = open_home(home)
    try:
        person = find_people(connection, home, [user])
        found, unread = find_records(home, person.keys)
        return {
            "user_id": person.user_ids[0],
            "identifiers": [
                {"type": type_, "namespace": namespace, "text": text}
                for type_, namespace, text in person.texts
            ],
            "landing": [
                {"file": records.file.source_file, "line": line, "content": content}
                for records in found
                for line, content in records.contents()
            ],
            "unread_files": unread,
            "rejects": rejected_records(connection, found),
            "tables": {
                table: _rows(connection, f"FROM warehouse.{table} WHERE {condition}", person)
                for table, condition in keyed_conditions(connection).items()
            },
            "published": _published(home, person),
            "models": connection.execute(MODELS, list(person.user_keys)).df().to_dict("records"),
        }
    finally:
        connection.close()


def keyed_conditions(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return, by table of the warehouse that names people, SQL that is true for those whose keys are `$keys`."""
    return {
        table: " OR ".join(f'list_contains($keys, "{column}")' for column in columns)
        for table, columns in connection.execute(KEYED_TABLES).fetchall()
    }


def rejected_records(
    connection: duckdb.DuckDBPyConnection, found: list[FoundRecords]
) -> list[dict[str, Any]]:
    """Return file and line of the found records whose text the vault keeps as rejects."""
    lines = {(records.file.source_file, line) for records in found for line in records.lines}
    return [
        {"file": file, "line": line}
        for file, line, _ in connection.execute(REJECTED).fetchall()
        if (file, line) in lines
    ]


def _rows(connection: duckdb.DuckDBPyConnection, query: str, person: People) -> list[dict[str, Any]]:
    answer = connection.execute(query, {"keys": sorted(person.keys)})
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _published(home: Home, person: People) -> dict[str, list[dict[str, Any]]]:
    if not home.published.exists():
        return {}
    with published(home) as build:
        tables = [table for table in build.build["tables"] if "user_id" in _columns(build, table)]
        return {
            table: build.rows(table, f'FROM "{table}" WHERE user_id = ?', person.user_ids[0])
            for table in tables
        }


def _columns(build: Published, table: str) -> list[str]:
    query = "SELECT column_name FROM duckdb_columns() WHERE table_name = ?"
    return [name for (name,) in build.connection.execute(query, [table]).fetchall()]
