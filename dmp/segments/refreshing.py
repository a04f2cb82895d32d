"""The stage in one call: rules are read and checked, everybody is judged, clusters stand beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from dmp.segments.catalogue import Catalogue, read_catalogue
from dmp.segments.checking import check_rules
from dmp.segments.clusters import cluster_tables
from dmp.segments.membership import refresh_rules
from dmp.segments.rules import SHIPPED, Rule, load_rules

LAST_SUNDAY = """
SELECT * FROM profiles.user_metrics_history
WHERE as_of_date = (SELECT max(as_of_date) FROM profiles.user_metrics_history) ORDER BY user_key
"""
CLUSTERS = """
INSERT INTO segments.segments BY NAME
SELECT $served AS as_of_date, 'cluster' AS kind, 'analytics' AS purpose, 'marketing-data' AS owner, 1 AS version,
    false AS has_history, * FROM found
"""
CLUSTERED = """
INSERT INTO segments.user_segments BY NAME
SELECT 'cluster' AS kind, 'analytics' AS purpose, 1 AS version, as_of_date AS valid_from, as_of_date AS known_from, *
FROM found
"""


def refresh_segments(connection: duckdb.DuckDBPyConnection, folder: Path, first: date, served: date) -> None:
    """Bring segments, user_segments, user_segment_changes and segment_sizes to the served day.

    folder: rules of the home's owner, beside those that are shipped; first: the first landed day that is run.
    Raises RuleError where a rule is refused.
    """
    catalogue = read_catalogue(connection)
    refresh_rules(connection, checked_rules(folder, catalogue), catalogue, first, served)
    history = connection.execute(LAST_SUNDAY).df()
    metrics = connection.execute("SELECT * FROM profiles.user_metrics ORDER BY user_key").df()
    tables = cluster_tables(history, metrics)
    for table, statement in {"segments": CLUSTERS, "user_segments": CLUSTERED}.items():
        connection.register("found", tables[table])
        connection.execute(statement, {"served": served} if "$served" in statement else None)
        connection.unregister("found")


def checked_rules(folder: Path, catalogue: Catalogue) -> Mapping[str, Rule]:
    """Return the shipped rules and those of the home's owner. Raises RuleError at the first that is refused."""
    rules = load_rules([SHIPPED, folder])
    check_rules(rules, catalogue)
    return rules
