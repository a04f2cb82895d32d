"""What cleaning learns: parameters of facts at the weekly cuts, and the feature table of people."""

from collections.abc import Iterator

import dagster as dg

from dmp.cleaning.fitting import update_parameters
from dmp.cleaning.rules import load_rules
from dmp.defs.partitions import LANDED_DATES, ONE_RUN, landed_range
from dmp.defs.warehouse import Warehouse, table_metadata
from dmp.defs.work import working


@dg.multi_asset(
    name="cleaning_parameters",
    group_name="intermediate",
    specs=[
        dg.AssetSpec(
            "cleaning_parameters",
            description="What fitted cleaning rules learned at each weekly cut, one row per rule, cut and parameter.",
            deps=["int_cells_examined", "cleaning_rules", "landed_files"],
            kinds={"python", "duckdb"},
        )
    ],
    partitions_def=LANDED_DATES,
    backfill_policy=ONE_RUN,
)
def cleaning_parameters(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult]:
    """Fit the cuts that the run's landed days reach, before any of those days is cleaned."""
    first, _ = landed_range(context)
    with warehouse.connect() as connection:
        with working("cleaning"):
            update_parameters(connection, load_rules(), first)
        yield dg.MaterializeResult(
            asset_key="cleaning_parameters",
            metadata=table_metadata(connection, "intermediate", "cleaning_parameters"),
        )


CLEANING_ASSETS = [cleaning_parameters]
