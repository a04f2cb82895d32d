"""Schema drift: columns of a file that are new, missing or of another type than the contract and the days before say.

A file is compared with its entity's last earlier landed day, so that a change is told once, on the day it came.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from dmp.landing.contract import Contract
from dmp.landing.file_columns import PATTERN
from dmp.settings import DmpError

# In JSON a name may be absent from any record: it is missing where all records had it before, or where ten or
# more of the file's records should have had it (by chance, one file in e^10).
FIND_DRIFT = """
INSERT INTO raw.schema_drift
WITH days AS (
    SELECT entity, landed_date, lag(landed_date) OVER (PARTITION BY entity ORDER BY landed_date) AS day_before
    FROM (SELECT DISTINCT entity, landed_date FROM raw.file_columns WHERE source = $source AND landed_date <= $last)
    QUALIFY landed_date >= $first
),
records_before AS (
    SELECT days.entity, days.landed_date, sum(record_count) AS all_count
    FROM days JOIN raw.landed_files AS files ON files.entity = days.entity AND files.landed_date = day_before
    WHERE source = $source
    GROUP BY ALL
),
before AS (
    SELECT
        days.entity, days.landed_date, column_name,
        CASE WHEN min(column_type) = max(column_type) THEN min(column_type) END AS column_type,
        sum(record_count) AS record_count,
        sum(unreadable_count) * 2 >= any_value(all_count) AND sum(unreadable_count) > 0 AS is_unreadable
    FROM days
    JOIN raw.file_columns AS columns ON columns.entity = days.entity AND columns.landed_date = day_before
    JOIN records_before ON records_before.entity = days.entity AND records_before.landed_date = days.landed_date
    WHERE source = $source
    GROUP BY ALL
),
files AS (
    SELECT entity, landed_date, source_file, files.record_count
    FROM raw.landed_files AS files
    WHERE source = $source AND landed_date BETWEEN $first AND $last
        AND source_file IN (SELECT source_file FROM raw.file_columns WHERE source = $source)
),
now AS (
    SELECT
        columns.*, unreadable_count * 2 >= files.record_count AND unreadable_count > 0 AS is_unreadable
    FROM raw.file_columns AS columns JOIN files USING (entity, landed_date, source_file)
    WHERE source = $source
),
new_columns AS (
    SELECT entity, landed_date, source_file, column_name, 'new' AS kind, NULL AS type_before, column_type AS type_now
    FROM now
    ANTI JOIN contract_columns USING (entity, column_name)
    ANTI JOIN before USING (entity, landed_date, column_name)
),
expected AS (
    SELECT entity, landed_date, column_name, column_type, record_count, false AS is_required FROM before
    UNION ALL
    SELECT entity, NULL, column_name, column_type, 0, true FROM contract_columns WHERE is_required
),
missing_columns AS (
    SELECT files.entity, files.landed_date, source_file, column_name, 'missing', max(column_type), NULL
    FROM files
    JOIN expected ON expected.entity = files.entity
        AND coalesce(expected.landed_date, files.landed_date) = files.landed_date
    LEFT JOIN records_before ON records_before.entity = files.entity AND records_before.landed_date = files.landed_date
    ANTI JOIN now ON now.source_file = files.source_file AND now.column_name = expected.column_name
    WHERE is_required OR NOT list_contains($json_entities, files.entity)
        OR expected.record_count = all_count
        OR expected.record_count / all_count * files.record_count >= 10
    GROUP BY ALL
),
retyped_columns AS (
    SELECT
        entity, landed_date, source_file, column_name, 'retyped',
        CASE WHEN now.column_type <> before.column_type THEN before.column_type ELSE declared.column_type END,
        CASE WHEN now.column_type <> before.column_type THEN now.column_type ELSE 'no ' || declared.column_type END
    FROM now
    LEFT JOIN before USING (entity, landed_date, column_name)
    LEFT JOIN contract_columns AS declared USING (entity, column_name)
    WHERE now.column_type <> before.column_type OR (now.is_unreadable AND NOT coalesce(before.is_unreadable, false))
)
SELECT $source, entity, landed_date, source_file, column_name, kind, type_before, type_now, rules[kind] AS rule
FROM (FROM new_columns UNION ALL FROM missing_columns UNION ALL FROM retyped_columns)
CROSS JOIN (SELECT $rules::MAP(VARCHAR, VARCHAR) AS rules)
ORDER BY landed_date, source_file, column_name, kind
"""
STOPPED = """
SELECT source_file, column_name, kind, type_before, type_now
FROM raw.schema_drift
WHERE source = $source AND landed_date BETWEEN $first AND $last AND rule = 'stop'
ORDER BY landed_date, source_file, column_name
"""


class DriftError(DmpError):
    """A file's columns changed and its contract says stop: the load is undone."""


def find_drift(connection: duckdb.DuckDBPyConnection, contract: Contract, first: date, last: date) -> None:
    """Write the drift of a source's landed days into `raw.schema_drift`. Raises DriftError where the rule is stop."""
    days = {"source": contract.source, "first": first, "last": last}
    connection.register("contract_columns", _contract_columns(contract))
    connection.execute(
        FIND_DRIFT,
        {
            **days,
            "rules": contract.drift.model_dump(),
            "json_entities": [name for name, entity in contract.entities.items() if entity.format == "jsonl"],
        },
    )
    connection.unregister("contract_columns")
    if stopped := connection.execute(STOPPED, days).fetchall():
        file, column, kind, before, now = stopped[0]
        change = " and ".join(
            words for words in (before and f"it was {before}", now and f"it is {now}") if words
        )
        raise DriftError(
            f"{file}: the column '{column}' is {kind} ({change}; {len(stopped)} such changes in all): mend the file, "
            f"or say in contracts/{contract.source}.yaml what becomes of it; nothing of this range was loaded"
        )


def _contract_columns(contract: Contract) -> pa.Table:
    rows = [
        (name, path[0], str(entity.fields[field].type), entity.fields[field].required)
        for name, entity in contract.entities.items()
        for field, path in entity.paths.items()
    ]
    rows += [
        (name, PATTERN, "a match", False) for name, entity in contract.entities.items() if entity.pattern
    ]
    names = ("entity", "column_name", "column_type", "is_required")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    table = pa.table(columns)
    return (
        table.group_by(["entity", "column_name"])
        .aggregate([("column_type", "min"), ("is_required", "max")])
        .rename_columns(names)
    )
