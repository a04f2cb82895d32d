"""Numbers of tables that Dagster plots over runs, as SQL: of each a name and a value; the models' own are elsewhere."""

from __future__ import annotations

import duckdb

NUMBERS = {
    "user_lifecycle": """
        SELECT 'people_' || lifecycle_stage, count(*) FROM profiles.user_lifecycle WHERE left_on IS NULL GROUP BY ALL
    """,
    "user_tags": "SELECT 'people_' || tag_id, count(*) FROM profiles.user_tags GROUP BY ALL",
    "user_profiles": """
        SELECT 'consented_' || purpose, consented_count FROM (
            SELECT count(*) FILTER (is_consented_analytics) AS analytics,
                count(*) FILTER (is_consented_personalisation) AS personalisation,
                count(*) FILTER (is_consented_advertising) AS advertising
            FROM profiles.user_profiles
        ) UNPIVOT (consented_count FOR purpose IN (analytics, personalisation, advertising))
    """,
    "segments": "SELECT 'people_' || segment_id, person_count FROM segments.segments",
    "time_metrics": """
        SELECT target || '_' || model || '_' || metric, value FROM predictions.time_metrics
    """,
    "vector_bases": "SELECT 'drift', drift FROM vectors.vector_bases ORDER BY fitted_on DESC LIMIT 1",
    "recommendation_channels": """
        SELECT channel || '_recall_at_200', recall_at_200 FROM recommendations.recommendation_channels
    """,
    "recommendation_rules": "SELECT 'removed_' || rule, removed_count FROM recommendations.recommendation_rules",
    "experiment_results": """
        SELECT experiment || '_' || variant || '_' || outcome || '_difference', rate_difference
        FROM experiments.experiment_results
    """,
}


def numbers(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, float]:
    """Return a table's numbers by name, without those that are not known; none of a table that is not plotted."""
    if table not in NUMBERS:
        return {}
    found = connection.execute(NUMBERS[table]).fetchall()
    return {name: float(value) for name, value in sorted(found) if value is not None}
