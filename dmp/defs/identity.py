"""The map of people as assets, between what happened (intermediate) and what we know of whom (profiles)."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from dmp.defs.partitions import run_range
from dmp.defs.warehouse import Warehouse, table_metadata
from dmp.defs.work import working

EVIDENCE = ["int_identifiers", "int_identity_links", "int_identity_decisions", "identity_rules"]
HITS = "SELECT rule, count(*) FROM profiles.identity_quarantine GROUP BY rule ORDER BY rule"


@dg.multi_asset(
    name="identity",
    group_name="profiles",
    specs=[
        dg.AssetSpec(name, description=description, deps=EVIDENCE, kinds={"python", "duckdb"})
        for name, description in {
            "identity_map_history": "One row per identifier and interval of knowledge: the person it belonged to.",
            "identity_quarantine": "One row per identifier and rule that it broke: it joins nobody.",
        }.items()
    ],
)
def identity(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Join identifiers to people with what the run's landed days add."""
    from dmp.identity.people import update_people

    first, last = run_range(context.run) or (date.min, date.max)
    with warehouse.connect() as connection:
        with working("sql"):
            counts = update_people(connection, first, last)
        hits = {f"hits_{rule}": count for rule, count in connection.execute(HITS).fetchall()}
        for name, numbers in {"identity_map_history": counts, "identity_quarantine": hits}.items():
            yield dg.MaterializeResult(
                asset_key=name, metadata={**table_metadata(connection, "profiles", name), **numbers}
            )
