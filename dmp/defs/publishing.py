"""The last asset: the build that readers see."""

from collections.abc import Mapping, Sequence

import dagster as dg

from dmp.defs.partitions import run_range
from dmp.defs.warehouse import REBUILD_TAG, Warehouse
from dmp.defs.work import working
from dmp.publish import PUBLISHED_SCHEMAS, publish
from dmp.settings import DmpError
from dmp.tables_note import note_tables
from dmp.warehouse import finish_run, is_whole

LANDED_FILES = """
SELECT landed_date, source_file, content_hash FROM raw.landed_files ORDER BY landed_date, source_file
"""


def published_asset(upstream: list[dg.AssetKey], made_of: Mapping[str, Sequence[str]]) -> dg.AssetsDefinition:
    """Return the asset `published`, which waits for every table upstream and for its gates.

    made_of: the tables that each table is made of, for the note that lineage reads.
    """

    @dg.asset(
        name="published",
        group_name="published",
        deps=upstream,
        kinds={"duckdb", "parquet"},
        description="The read-only copy: one DuckDB file and Parquet folders, swapped in whole.",
    )
    def published(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
        days = run_range(context.run)
        is_rebuild = context.run.tags.get(REBUILD_TAG) == "true"
        if not (is_rebuild or is_whole(warehouse.home, days)):
            raise DmpError(
                "the last run did not come to its end, so this is not the whole: `dmp run` heals it"
            )
        landed: dict = {}
        with warehouse.connect() as connection:
            for day, file, content_hash in connection.execute(LANDED_FILES).fetchall():
                landed.setdefault(day, {})[file] = content_hash
            note_tables(warehouse.home, connection, made_of)
        strays = list(landed.pop(None, ()))
        with working("publishing"):
            build = publish(warehouse.home, warehouse.settings, landed, max(landed), strays)
        finish_run(warehouse.home)
        return dg.MaterializeResult(
            metadata={
                "build_id": build["build_id"],
                "as_of_date": build["as_of_date"],
                "tables": len(build["tables"]),
                "dagster/row_count": sum(build["tables"].values()),
            }
        )

    return published


def is_published(group: str) -> bool:
    """Whether the tables of an asset group are part of a build."""
    return group in PUBLISHED_SCHEMAS or group == "raw"
