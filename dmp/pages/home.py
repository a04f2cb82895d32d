"""The first page: what is published, how fresh it is, where every record went, what moved since the last build day."""

from __future__ import annotations

from typing import Any

from dmp.pages import charts
from dmp.published import Published

COUNTS = """
SELECT
    count(*) AS person_count,
    count(*) FILTER (is_consented_personalisation) AS consented_count,
    count(*) FILTER (order_count_life > 0) AS buyer_count,
    count(*) FILTER (active_day_count_30d > 0) AS active_count_30d
FROM user_profiles
"""
GATES = """
SELECT count(DISTINCT table_name) AS table_count, count(*) AS expectation_count,
    count(*) FILTER (NOT is_met) AS failed_count
FROM gate_results
"""
TRAFFIC = """
SELECT event_date, sum(visitor_count)::BIGINT AS visitor_count, sum(buyer_count)::BIGINT AS buyer_count
FROM funnels WHERE event_date > (SELECT max(event_date) FROM funnels) - 90 GROUP BY event_date ORDER BY event_date
"""
MOVED = """
SELECT segment_id, person_count, joined_count, left_count FROM segment_sizes
WHERE as_of_date = (SELECT max(as_of_date) FROM segment_sizes) AND joined_count + left_count > 0
ORDER BY joined_count + left_count DESC, segment_id LIMIT 10
"""
TABLES = """
SELECT table_name, estimated_size AS row_count, column_count, comment
FROM duckdb_tables() WHERE database_name = 'published' ORDER BY table_name
"""


def read(build: Published) -> dict[str, Any]:
    """Return counts of people, the account of records, gates, traffic of 90 days, what moved, and the tables."""
    traffic = build.rows("funnels", TRAFFIC)
    return {
        "counts": first(build.rows("user_profiles", COUNTS)),
        "account": build.account(),
        "gates": first(build.rows("gate_results", GATES)),
        "moved": build.rows("segment_sizes", MOVED),
        "traffic": charts.bars(traffic, "event_date", ["visitor_count", "buyer_count"]) if traffic else None,
        "tables": build.rows("user_profiles", TABLES),
    }


def first(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the only row, None where the build has no such table."""
    return rows[0] if rows else None
