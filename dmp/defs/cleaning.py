"""What cleaning learns: parameters of facts at the weekly cuts, and the feature table of people."""

from collections.abc import Iterator

import dagster as dg

from dmp.cleaning.feature_inputs import people_at_the_last_cut, served_people
from dmp.cleaning.fitting import update_parameters
from dmp.cleaning.rules import load_rules
from dmp.cleaning.user_features import feature_tables
from dmp.defs.learning import served_day
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


@dg.multi_asset(
    name="user_features",
    group_name="profiles",
    specs=[
        dg.AssetSpec(
            name,
            description=description,
            deps=[
                "user_metrics",
                "user_metrics_history",
                "identity_map_history",
                "int_customers",
                "cleaning_rules",
            ],
            kinds={"python", "scikitlearn"},
        )
        for name, description in {
            "user_features": "One row per person: numbers of the catalogue checked, filled and scaled, for models.",
            "feature_parameters": "One row per rule on features and parameter: what it learned at the last weekly cut.",
            "feature_changes": "One row per feature cell that a rule flagged or changed, with what was there before.",
        }.items()
    ],
)
def user_features(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Check, fill and scale the numbers of everyone."""
    with working("cleaning"), warehouse.connect() as connection:
        history, served = (
            people_at_the_last_cut(connection),
            served_people(connection, served_day(connection)),
        )
        tables = feature_tables(history, served, load_rules())
    yield from warehouse.replace("profiles", tables)


CLEANING_ASSETS = [cleaning_parameters, user_features]
