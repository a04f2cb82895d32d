"""How much of each entity landed on each day, beside what is usual; a day far from it warns or stops the run.

What is usual is the median of the 28 days before: a day is judged alike whenever it is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal

import duckdb
import pyarrow as pa
from pydantic import Field

from dmp.landing.field_contract import Part

if TYPE_CHECKING:
    from dmp.landing.contract import Contract

# Fewer than 7 days before it say nothing of a day.
FIND = """
CREATE OR REPLACE TABLE raw.landed_volumes AS
WITH counted AS (
    SELECT source, entity, landed_date, sum(record_count)::BIGINT AS record_count
    FROM raw.landed_files WHERE landed_date IS NOT NULL GROUP BY ALL
),
begun AS (
    SELECT source, entity, min(landed_date) AS first_date
    FROM counted SEMI JOIN volume_rules USING (source, entity) GROUP BY ALL
),
days AS (
    SELECT
        source, entity,
        unnest(generate_series(first_date, (SELECT max(landed_date) FROM counted), INTERVAL 1 DAY))::DATE AS landed_date
    FROM begun
),
compared AS (
    SELECT
        source, entity, landed_date, coalesce(record_count, 0) AS record_count,
        CASE WHEN count(*) OVER before >= 7
            THEN quantile_disc(coalesce(record_count, 0), 0.5) OVER before END AS usual_count
    FROM days LEFT JOIN counted USING (source, entity, landed_date)
    WINDOW before AS (
        PARTITION BY source, entity ORDER BY landed_date ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING
    )
)
SELECT
    compared.*,
    coalesce(
        usual_count >= least_count
        AND (record_count <= usual_count * smallest_share OR record_count >= usual_count * largest_share),
        false
    ) AS is_unusual,
    unusual AS rule
FROM compared JOIN volume_rules USING (source, entity)
ORDER BY source, entity, landed_date
"""
UNUSUAL = """
SELECT source, entity, landed_date, record_count, usual_count, rule FROM raw.landed_volumes
WHERE is_unusual AND rule <> 'ignore' AND landed_date BETWEEN ? AND ?
ORDER BY ALL
"""
Volume = tuple[str, str, date, int, int, str]


class VolumeRules(Part):
    """When a landed day of an entity is unusual, and what becomes of the run then."""

    least_count: int = Field(100, ge=1, description="records a day below which no day is judged")
    smallest_share: float = Field(
        0.5, ge=0, lt=1, description="of the usual records: this or less is unusual"
    )
    largest_share: float = Field(5, gt=1, description="of the usual records: this or more is unusual")
    unusual: Literal["stop", "warn", "ignore"] = Field(
        "warn", description="stop: nothing is made of the day until it is mended or the rule is changed"
    )


def find_volumes(connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> None:
    """Make `raw.landed_volumes` anew: one row per source, entity and day since it first landed."""
    rules = [
        {"source": contract.source, "entity": entity, **contract.volume.model_dump()}
        for contract in contracts.values()
        for entity in contract.entities
    ]
    connection.register("volume_rules", pa.Table.from_pylist(rules))
    connection.execute(FIND)
    connection.unregister("volume_rules")


def unusual_volumes(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> list[Volume]:
    """Return source, entity, landed date, records, usual records and rule of the unusual days of a range."""
    return connection.execute(UNUSUAL, [first, last]).fetchall()
