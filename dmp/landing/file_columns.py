"""Which columns each landed file has, from its header, its schema or the names in its records: `raw.file_columns`.

During a load they gather in the temporary table `new_file_columns`. A column is named as in the file, by the
outermost name where records are nested; the lines of a log that do not match its pattern count as one column.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dmp.landing.accounts import FileAccount
from dmp.landing.blocks import Block, RefusedFileError
from dmp.landing.content import opened
from dmp.landing.contract import Entity
from dmp.landing.csv_lines import CsvLines, problem_of
from dmp.landing.files import LandedFile

PATTERN = "(pattern)"
BEGIN = """
CREATE OR REPLACE TEMP TABLE new_file_columns (
    entity VARCHAR, landed_date DATE, source_file VARCHAR,
    column_name VARCHAR, column_type VARCHAR, record_count BIGINT, unreadable_count BIGINT
)
"""
# Sums over records: the same however a file is cut into batches.
KEEP_NAMES = """
INSERT INTO new_file_columns
WITH counted AS (
    SELECT file_number, shape, count(*) AS record_count, min(source_line) AS source_line
    FROM parsed
    WHERE shape IS NOT NULL
    GROUP BY file_number, shape
),
named AS (
    SELECT file_number, record_count, unnest(list_distinct(json_keys(record_text))) AS column_name
    FROM counted JOIN records USING (file_number, source_line)
)
SELECT $entity, landed_date, source_file, column_name, NULL, record_count, 0
FROM named JOIN entity_files USING (file_number)
"""
# A file's first hundred lines say which type its values have; where they disagree, none is told.
KEEP_TYPES = """
INSERT INTO new_file_columns
WITH first_records AS (
    SELECT file_number, CASE WHEN shape IS NOT NULL THEN record_text END AS record_text
    FROM records JOIN parsed USING (file_number, source_line)
    WHERE source_line <= 100
),
typed_values AS (
    SELECT
        file_number, entry.key AS column_name,
        CASE entry.type
            WHEN 'VARCHAR' THEN 'text' WHEN 'BOOLEAN' THEN 'boolean'
            WHEN 'ARRAY' THEN 'list' WHEN 'OBJECT' THEN 'object' ELSE 'number'
        END AS column_type
    FROM first_records, json_each(record_text) AS entry
    WHERE entry.type <> 'NULL'
)
SELECT $entity, landed_date, source_file, column_name, min(column_type), 0, 0
FROM typed_values JOIN entity_files USING (file_number)
GROUP BY landed_date, source_file, column_name
HAVING min(column_type) = max(column_type)
"""
KEEP_UNREADABLE = """
INSERT INTO new_file_columns
SELECT $entity, landed_date, source_file, names[split_part(problem, ':', 1)], NULL, 0, count(*)
FROM typed, (SELECT $names::MAP(VARCHAR, VARCHAR) AS names)
WHERE problem IS NOT NULL AND regexp_full_match(problem, '.+:(not_.*|wrong_type)')
GROUP BY ALL
"""
ADD = "INSERT INTO new_file_columns SELECT $entity, * FROM found"
FINISH = """
INSERT INTO raw.file_columns
SELECT
    $source, entity, landed_date, source_file, column_name,
    max(column_type), sum(record_count), sum(unreadable_count)
FROM new_file_columns
GROUP BY entity, landed_date, source_file, column_name
ORDER BY landed_date, source_file, column_name
"""


def begin_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Make room for the columns of a load."""
    connection.execute(BEGIN)


def keep_batch(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    entity: Entity,
    batch: list[tuple[LandedFile, Block]],
) -> None:
    """Add what a batch shows: names and types of JSON, values that the contract's types cannot read."""
    if entity.format == "jsonl":
        connection.execute(KEEP_NAMES, {"entity": name})
        connection.execute(KEEP_TYPES, {"entity": name})
    outermost = {field: path[0] for field, path in entity.paths.items()}
    connection.execute(KEEP_UNREADABLE, {"entity": name, "names": outermost})
    unmatched = [
        (file, PATTERN, None, 0, sum(reject.reason_code == "no_match" for reject in block.rejects))
        for file, block in batch
        if entity.format == "log"
    ]
    _add(connection, name, unmatched)


def keep_files(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    entity: Entity,
    files: list[tuple[LandedFile, FileAccount]],
) -> None:
    """Add the columns that headers and schemas name."""
    found = [
        (file, column, column_type, account.record_count, 0)
        for file, account in files
        for column, column_type in _declared_columns(file, entity).items()
    ]
    _add(connection, name, found)


def finish_columns(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Write `raw.file_columns` from what was gathered."""
    connection.execute(FINISH, {"source": source})


def _add(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    rows: Sequence[tuple[LandedFile, str, str | None, int, int]],
) -> None:
    if rows:
        values: list[Any] = [(file.landed_date, file.source_file, *rest) for file, *rest in rows]
        names = ("landed_date", "source_file", "column_name", "column_type", "record_count", "unreadable")
        connection.register(
            "found", pa.table(dict(zip(names, map(list, zip(*values, strict=True)), strict=True)))
        )
        connection.execute(ADD, {"entity": name})
        connection.unregister("found")


def _declared_columns(file: LandedFile, entity: Entity) -> dict[str, str]:
    """Return the columns that a file's head names, with their types; none of a file that cannot be read."""
    if entity.format == "parquet":
        try:
            with opened(file.path) as content:
                schema = pq.read_schema(content)
        except (OSError, pa.ArrowException, UnicodeDecodeError):
            return {}
        return {field.name: str(field.type) for field in schema}
    if entity.format == "csv":
        return dict.fromkeys(entity.columns or _header(file, entity), "text")
    return {}


def _header(file: LandedFile, entity: Entity) -> list[str]:
    lines = CsvLines(file.path)
    try:
        header = next(csv.reader(iter(lines), delimiter=entity.delimiter, strict=True), [])
    except (OSError, csv.Error, RefusedFileError):
        return []
    names = [name.strip() for name in header]
    if any(problem_of(name) for name in names):
        return []
    return names if set(names) & set(entity.source_names) else []
