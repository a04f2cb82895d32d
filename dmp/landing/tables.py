"""The tables that loading writes: one per entity, accounts, rejects, conflicts, columns, drift, personal data."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from dmp.landing.contract import Contract, Entity

PLACE = "source VARCHAR, entity VARCHAR, landed_date DATE, source_file VARCHAR"
COUNTS = (
    "byte_count",
    "physical_line_count",
    "header_line_count",
    "continuation_line_count",
    "blank_line_count",
    "record_count",
    "accepted_count",
    "duplicate_count",
    "conflict_count",
    "rejected_count",
    "suppressed_count",
)
ACCOUNTING_TABLES = {
    "landed_files": f"{PLACE}, content_hash VARCHAR, {', '.join(f'{count} BIGINT' for count in COUNTS)}, "
    "is_refused BOOLEAN, refusal_reason VARCHAR, notes VARCHAR",
    "rejects": f"{PLACE}, source_line BIGINT, field VARCHAR, reason_code VARCHAR, reason VARCHAR, "
    "content_hash VARCHAR",
    "conflicts": f"{PLACE}, source_line BIGINT, record_key UBIGINT, payload_hash UBIGINT, "
    "winner_landed_date DATE, winner_source_file VARCHAR, winner_source_line BIGINT, "
    "winner_payload_hash UBIGINT",
    "file_columns": f"{PLACE}, column_name VARCHAR, column_type VARCHAR, record_count BIGINT, "
    "unreadable_count BIGINT",
    "schema_drift": f"{PLACE}, column_name VARCHAR, kind VARCHAR, type_before VARCHAR, type_now VARCHAR, "
    "rule VARCHAR",
    "personal_data": f"{PLACE}, column_name VARCHAR, kind VARCHAR, record_count BIGINT",
}
RECORD_COLUMNS = (
    "properties JSON, is_ambiguous_time BOOLEAN, landed_date DATE, source_file VARCHAR, source_line BIGINT, "
    "record_key UBIGINT, payload_hash UBIGINT"
)


def raw_table(contract: Contract, entity: str) -> str:
    """Return the qualified name of an entity's raw table."""
    return f"raw.{contract.source}__{entity}"


def create_raw_tables(connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> None:
    """Create every raw table that is not there yet, so that a source which never landed is an empty table."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
    for name, columns in ACCOUNTING_TABLES.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS raw.{name} ({columns})")
    for contract in contracts.values():
        for name, entity in contract.entities.items():
            columns = _record_columns(entity)
            connection.execute(f"CREATE TABLE IF NOT EXISTS {raw_table(contract, name)} ({columns})")


def _record_columns(entity: Entity) -> str:
    declared = [f'"{column}" {sql_type}' for column, sql_type in entity.column_types]
    return ", ".join([*declared, RECORD_COLUMNS])
