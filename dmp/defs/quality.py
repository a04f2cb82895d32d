"""The gates: every suite of `expectations/` as one blocking check on its table, its results kept as a table."""

import dataclasses
from typing import Any

import dagster as dg
import duckdb
import pandas as pd

from dmp.defs.warehouse import Warehouse
from dmp.gate_record import note_gate
from dmp.quality import ExpectationResult, suites, validate
from dmp.transformation import staging_models

CREATE_RESULTS = """
CREATE SCHEMA IF NOT EXISTS quality;
CREATE TABLE IF NOT EXISTS quality.gate_results (
    table_name VARCHAR, expectation VARCHAR, column_name VARCHAR, is_met BOOLEAN,
    element_count BIGINT, unexpected_count BIGINT, observed VARCHAR, message VARCHAR
)
"""
# Which tables a run looks at depends on who started it: a source that never landed has no results, whoever asked.
HAS_LANDED = "SELECT count(*) > 0 FROM raw.landed_files WHERE source || '__' || entity = ?"


def _is_in_use(connection: duckdb.DuckDBPyConnection, table: str, suite: dict[str, Any]) -> bool:
    if suite["schema"] != "raw":
        return True
    (has_landed,) = connection.execute(HAS_LANDED, [table]).fetchone() or (False,)
    return has_landed


# Of tables of subjects alone there is nobody to profile.
LANDED_SOURCES = "SELECT DISTINCT source FROM raw.landed_files"


def expected_of(connection: duckdb.DuckDBPyConnection, suite: dict[str, Any]) -> dict[str, Any]:
    """Return the suite, with what it expects where events can land only if a landed source tells of events."""
    landed = {source for (source,) in connection.execute(LANDED_SOURCES).fetchall()}
    of_events = suite.get("where_events_land", [])
    is_log = bool(landed & set(staging_models()["events"]))
    return {**suite, "expectations": [*suite["expectations"], *(of_events if is_log else [])]}


def _keep(connection: duckdb.DuckDBPyConnection, table: str, results: list[ExpectationResult]) -> None:
    names = [field.name for field in dataclasses.fields(ExpectationResult)]
    frame = pd.DataFrame([dataclasses.asdict(result) for result in results], columns=names)
    connection.execute(CREATE_RESULTS)
    connection.begin()
    connection.execute("DELETE FROM quality.gate_results WHERE table_name = ?", [table])
    connection.register("found", frame)
    connection.execute("INSERT INTO quality.gate_results BY NAME SELECT * FROM found")
    connection.commit()


def _gate(table: str, suite: dict[str, Any]) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=table,
        name="expectations",
        description=f"The suite expectations/{table}.yaml.",
        blocking=True,
    )
    def expectations(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> dg.AssetCheckResult:
        with warehouse.connect() as connection:
            results = validate(connection, table, expected_of(connection, suite))
            is_in_use = _is_in_use(connection, table, suite)
            _keep(connection, table, results if is_in_use else [])
        if is_in_use:
            note_gate(warehouse.home, context.run.run_id, table, results)
        failed = [result for result in results if not result.is_met]
        return dg.AssetCheckResult(
            passed=not failed,
            metadata={
                "expectations": len(results),
                "failed_expectations": len(failed),
                "unexpected_rows": sum(result.unexpected_count or 0 for result in failed),
                "failed": ", ".join(f"{r.expectation}({r.column_name or ''})" for r in failed),
            },
        )

    return expectations


GATES = [_gate(table, suite) for table, suite in suites().items()]
