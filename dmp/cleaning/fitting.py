"""Keeping `intermediate.cleaning_parameters` up to date: which weekly cuts a run adds, and from which values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from dmp.cleaning.cleaning_parameters import cleaning_parameters, weekly_cuts
from dmp.cleaning.rules import FEATURES, Rule

CREATE_PARAMETERS = """
CREATE SCHEMA IF NOT EXISTS intermediate;
CREATE TABLE IF NOT EXISTS intermediate.cleaning_parameters (
    rule_id VARCHAR, rule_version BIGINT, fitted_on DATE, parameter VARCHAR, value DOUBLE
)
"""
LANDED = """
SELECT min(landed_date), max(landed_date) FILTER (landed_date < $first), max(landed_date) FROM raw.landed_files
"""
# A value that a fixed range rules out teaches nothing.
VALUE_COUNTS = """
WITH rules AS (
    SELECT * FROM staging.cleaning_rules WHERE is_on
),
fitted AS (
    SELECT cells.*, rules.rule_id
    FROM intermediate.int_cells_examined AS cells
    JOIN rules
        ON cells.table_name = rules.table_name
        AND cells.column_name = rules.column_name
        AND cells.source = coalesce(rules.source, cells.source)
        AND cells.event_type IS NOT DISTINCT FROM coalesce(rules.event_type, cells.event_type)
    WHERE list_contains($rule_ids, rules.rule_id) AND cells.value IS NOT NULL AND cells.landed_date <= $last_cut
)
SELECT
    rule_id,
    greatest(landed_date + (7 - isodow(landed_date))::INTEGER, $first_cut) AS known_on,
    value::DOUBLE AS value,
    count(*) AS value_count
FROM fitted
WHERE NOT EXISTS (
    SELECT 1 FROM rules
    WHERE rules.method = 'range'
        AND rules.action <> 'flag'
        AND fitted.table_name = rules.table_name
        AND fitted.column_name = rules.column_name
        AND fitted.source = coalesce(rules.source, fitted.source)
        AND fitted.event_type IS NOT DISTINCT FROM coalesce(rules.event_type, fitted.event_type)
        AND (fitted.value < rules.lower_bound OR fitted.value > rules.upper_bound)
)
GROUP BY ALL
ORDER BY ALL
"""


def create_parameters(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table that the model cleaning_changes reads, where nothing was fitted yet."""
    connection.execute(CREATE_PARAMETERS)


def update_parameters(connection: duckdb.DuckDBPyConnection, rules: Sequence[Rule], first: date) -> None:
    """Fit every cut that landed days from `first` on can touch; cuts before them stay as they are.

    A Sunday after the last day before `first` was not reached then: it is fitted now, landed or not.
    """
    create_parameters(connection)
    earliest, before, last = connection.execute(LANDED, {"first": first}).fetchall()[0]
    start = before + timedelta(days=1) if before else earliest
    fitted = [rule for rule in rules if rule.is_on and rule.is_fitted and rule.table_name != FEATURES]
    cuts = weekly_cuts(start, last) if last else []
    connection.execute("DELETE FROM intermediate.cleaning_parameters WHERE fitted_on >= ?", [start or first])
    if not (cuts and fitted):
        return
    value_counts = connection.execute(
        VALUE_COUNTS,
        {"rule_ids": [rule.rule_id for rule in fitted], "first_cut": cuts[0], "last_cut": cuts[-1]},
    ).df()
    value_counts["known_on"] = value_counts["known_on"].dt.date
    found = cleaning_parameters(value_counts, fitted, cuts)
    connection.register("found", found)
    connection.execute("INSERT INTO intermediate.cleaning_parameters BY NAME SELECT * FROM found")
    connection.unregister("found")
