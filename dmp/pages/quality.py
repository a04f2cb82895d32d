"""Data quality: every gate, every record that was turned away and why, and columns that changed."""

from __future__ import annotations

from typing import Any

from dmp.gate_record import read_gates
from dmp.pages import charts
from dmp.published import Published
from dmp.settings import Home

RECORDS = """
SELECT landed_date, sum(accepted_count)::BIGINT AS accepted_count, sum(duplicate_count)::BIGINT AS duplicate_count,
    sum(rejected_count)::BIGINT AS rejected_count
FROM landed_files WHERE landed_date IS NOT NULL GROUP BY landed_date ORDER BY landed_date DESC LIMIT 90
"""
GATES = """
SELECT table_name, expectation, column_name, is_met, element_count, unexpected_count, observed, message
FROM gate_results ORDER BY is_met, table_name, expectation, column_name
"""
REASONS = """
SELECT source, entity, reason_code, field, count(*) AS record_count, max(landed_date) AS last_landed_date,
    any_value(reason) AS example
FROM rejects GROUP BY source, entity, reason_code, field ORDER BY record_count DESC, source, entity, reason_code, field
"""
DRIFT = """
SELECT landed_date, source, entity, column_name, kind, type_before, type_now, rule FROM schema_drift
ORDER BY landed_date DESC, source, entity, column_name LIMIT 100
"""
REFUSED = """
SELECT landed_date, source_file, refusal_reason FROM landed_files WHERE is_refused
ORDER BY landed_date DESC NULLS FIRST, source_file LIMIT 100
"""
VOLUMES = """
SELECT landed_date, source, entity, record_count, usual_count FROM landed_volumes
WHERE is_unusual AND rule <> 'ignore' ORDER BY landed_date DESC, source, entity LIMIT 50
"""
BY_OUTCOME = ["accepted_count", "duplicate_count", "rejected_count"]


def read_runs(home: Home) -> dict[str, Any]:
    """Return what gates found run by run, and the red ones, newest first: a run that they stopped made no build."""
    found = read_gates(home)
    return {
        "gates_over_time": charts.heat(found, "run_at", "table_name", "unmet_count") if found else None,
        "red_gates": [gate for gate in reversed(found) if gate["unmet_count"]],
    }


def read(build: Published) -> dict[str, Any]:
    """Return records by day and outcome, gates (failed ones first), reasons of rejects, drift, unusual volumes."""
    records = build.rows("landed_files", RECORDS)[::-1]
    return {
        "account": build.account(),
        "records": charts.bars(records, "landed_date", BY_OUTCOME, stacked=True) if records else None,
        "gates": build.rows("gate_results", GATES),
        "reasons": build.rows("rejects", REASONS),
        "refused": build.rows("landed_files", REFUSED),
        "drift": build.rows("schema_drift", DRIFT),
        "volumes": build.rows("landed_volumes", VOLUMES),
    }
