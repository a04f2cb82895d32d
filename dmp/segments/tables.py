"""The tables of segments in the warehouse: their columns, and how the logs are cut back before a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb

# What a person is in now.
USER_SEGMENTS = {
    "as_of_date": "DATE", "user_key": "BIGINT", "segment_id": "VARCHAR", "segment_name": "VARCHAR", "kind": "VARCHAR",
    "version": "BIGINT", "purpose": "VARCHAR", "valid_from": "DATE", "known_from": "DATE", "reason": "VARCHAR",
}  # fmt: skip
# What there is to be in.
SEGMENTS = {
    "as_of_date": "DATE", "segment_id": "VARCHAR", "kind": "VARCHAR", "segment_name": "VARCHAR",
    "segment_name_zh": "VARCHAR", "owner": "VARCHAR", "purpose": "VARCHAR", "version": "BIGINT", "rule": "VARCHAR",
    "has_history": "BOOLEAN", "person_count": "BIGINT",
}  # fmt: skip
# Who came and went, between one weekly cut and the next, and between the last one and today.
USER_SEGMENT_CHANGES = {
    "changed_on": "DATE", "user_key": "BIGINT", "segment_id": "VARCHAR", "change": "VARCHAR", "cause": "VARCHAR",
    "reason": "VARCHAR", "version": "BIGINT", "purpose": "VARCHAR",
}  # fmt: skip
# How large each segment was at each of those days; rule_hash: of the rule as it was run, with those it asks for.
SEGMENT_SIZES = {
    "as_of_date": "DATE", "segment_id": "VARCHAR", "version": "BIGINT", "rule_hash": "VARCHAR",
    "person_count": "BIGINT", "joined_count": "BIGINT", "left_count": "BIGINT",
}  # fmt: skip
# The clusters made at a weekly cut; cluster_count: as asked for, 0 where the algorithm finds its own.
CLUSTER_FITS = {
    "fitted_on": "DATE", "segment_id": "VARCHAR", "label": "BIGINT", "algorithm": "VARCHAR", "cluster_count": "BIGINT",
    "segment_name": "VARCHAR", "segment_name_zh": "VARCHAR", "rule": "VARCHAR",
}  # fmt: skip
# What was tried before they were chosen.
CLUSTER_TRIALS = {
    "fitted_on": "DATE", "algorithm": "VARCHAR", "cluster_count": "BIGINT", "usefulness": "DOUBLE",
    "stability": "DOUBLE", "is_chosen": "BOOLEAN",
}  # fmt: skip
LOGS = {"user_segment_changes": USER_SEGMENT_CHANGES, "segment_sizes": SEGMENT_SIZES}
TABLES = {
    "segments": SEGMENTS,
    "user_segments": USER_SEGMENTS,
    **LOGS,
    "cluster_fits": CLUSTER_FITS,
    "cluster_trials": CLUSTER_TRIALS,
}

REVERT = (
    """
    DELETE FROM segments.user_segment_changes
    WHERE changed_on >= $first OR isodow(changed_on) <> 7 OR segment_id NOT IN (SELECT segment_id FROM kept)
    """,
    """
    DELETE FROM segments.segment_sizes
    WHERE as_of_date >= $first OR isodow(as_of_date) <> 7 OR segment_id NOT IN (SELECT segment_id FROM kept)
    """,
)
# A rule that reads otherwise has another past; what clusters were, they were.
KEPT = """
CREATE OR REPLACE TEMP TABLE kept AS
SELECT DISTINCT segment_id FROM segments.segment_sizes WHERE rule_hash = 'cluster'
UNION ALL
SELECT segment_id FROM (SELECT unnest($ids) AS segment_id, unnest($hashes) AS rule_hash)
ANTI JOIN (
    SELECT sizes.segment_id FROM segments.segment_sizes AS sizes
    INNER JOIN (SELECT unnest($ids) AS segment_id, unnest($hashes) AS rule_hash) AS now USING (segment_id)
    WHERE sizes.rule_hash <> now.rule_hash
) USING (segment_id)
"""


def create_table(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], *, anew: bool
) -> None:
    """Make a table of the stage, empty where it is made anew."""
    create = "CREATE OR REPLACE TABLE" if anew else "CREATE TABLE IF NOT EXISTS"
    connection.execute("CREATE SCHEMA IF NOT EXISTS segments")
    connection.execute(f"{create} segments.{name} ({', '.join(map(' '.join, columns.items()))})")


def revert(connection: duckdb.DuckDBPyConnection, hashes: Mapping[str, str], first: date) -> None:
    """Cut the logs back to the weekly cuts before a day, of the rules that read as they did."""
    for name, columns in LOGS.items():
        create_table(connection, name, columns, anew=False)
    connection.execute(KEPT, {"ids": list(hashes), "hashes": list(hashes.values())})
    for statement in REVERT:
        connection.execute(statement, {"first": first} if "$first" in statement else None)
    connection.execute("DROP TABLE kept")
