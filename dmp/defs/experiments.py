"""What is tried on people, and what policies would bring, as assets: they read profiles and logged lists."""

from collections.abc import Iterator

import dagster as dg

from dmp.defs.learning import served_day
from dmp.defs.warehouse import Warehouse
from dmp.defs.work import working

TABLES = {
    "experiment_assignments": "One row per person and experiment that has begun: their variant.",
    "experiment_results": "One row per experiment and variant: outcomes, and the difference from the first variant.",
    "policy_estimates": "One row per placement, outcome, logged policy, target policy and estimator.",
}


@dg.multi_asset(
    name="experiments",
    group_name="experiments",
    specs=[
        dg.AssetSpec(
            name,
            description=description,
            deps=["user_profiles", "user_activity", "user_consents", "list_impressions"],
            kinds={"python", "scikitlearn"},
        )
        for name, description in TABLES.items()
    ],
)
def experiments(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Assign people to what is tried, and judge policies by what they were seen to bring."""
    from dmp.experiments.tables import experiment_tables

    with working("learning"), warehouse.connect() as connection:
        tables = experiment_tables(connection, warehouse.home, served_day(connection))
    yield from warehouse.replace("experiments", tables)
