"""The stage in one call: rules are read and checked, everybody is judged, clusters stand beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from dmp.segments.catalogue import Catalogue, read_catalogue
from dmp.segments.checking import check_rules
from dmp.segments.cluster_fold import refresh_clusters
from dmp.segments.membership import refresh_rules
from dmp.segments.rules import SHIPPED, Rule, load_rules


def refresh_segments(connection: duckdb.DuckDBPyConnection, folder: Path, first: date, served: date) -> None:
    """Bring segments, user_segments, user_segment_changes and segment_sizes to the served day.

    folder: rules of the home's owner, beside those that are shipped; first: the first landed day that is run.
    Raises RuleError where a rule is refused.
    """
    catalogue = read_catalogue(connection)
    rules = checked_rules(folder, catalogue)
    connection.begin()
    try:
        refresh_rules(connection, rules, catalogue, first, served)
        refresh_clusters(connection, first, served)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def checked_rules(folder: Path, catalogue: Catalogue) -> Mapping[str, Rule]:
    """Return the shipped rules and those of the home's owner. Raises RuleError at the first that is refused."""
    rules = load_rules([SHIPPED, folder])
    check_rules(rules, catalogue)
    return rules
