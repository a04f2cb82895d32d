"""The SQL stages: one `@dbt_assets` per stage, so that the gates between stages stand between steps."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from dmp.defs.partitions import LANDED_DATES, ONE_RUN, landed_range
from dmp.defs.warehouse import Warehouse, table_metadata
from dmp.transformation import DBT_PROJECT, NodeResult, build, manifest_path

MANIFEST: dict[str, Any] = json.loads(manifest_path().read_text(encoding="utf-8"))


class StageTranslator(DagsterDbtTranslator):
    """Asset key = table name, group = stage, description = the first sentence."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return the table's name."""
        return dg.AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the stage, which is the schema."""
        return dbt_resource_props["schema"]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the model's description: the catalogue shows plain text."""
        return dbt_resource_props.get("description") or dbt_resource_props["name"]


TRANSLATOR = StageTranslator(settings=DagsterDbtTranslatorSettings(enable_code_references=True))


def _stage_assets(stage: str, select: str, *, is_partitioned: bool) -> dg.AssetsDefinition:
    @dbt_assets(
        name=f"dbt__{stage}",
        manifest=MANIFEST,
        project=DbtProject(DBT_PROJECT),
        select=select,
        dagster_dbt_translator=TRANSLATOR,
        partitions_def=LANDED_DATES if is_partitioned else None,
        backfill_policy=ONE_RUN if is_partitioned else None,
    )
    def assets(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
        variables = {"home_time_zone": warehouse.settings.time_zone, **_range(context, is_partitioned)}
        results = build(select, warehouse.home, warehouse.settings, variables)
        with warehouse.connect() as connection:
            for result in results:
                yield from _events(connection, result)

    return assets


def _range(context: dg.AssetExecutionContext, is_partitioned: bool) -> dict[str, str]:
    """Return the landed days of the run as dbt variables."""
    first, last = map(str, landed_range(context)) if is_partitioned else _run_range(context)
    return {"first_landed_date": first, "last_landed_date": last}


def _run_range(context: dg.AssetExecutionContext) -> tuple[str, str]:
    """Return the range of the whole run: a stage without partitions of its own follows those before it."""
    tags = context.run.tags
    single = tags.get("dagster/partition")
    return (
        tags.get("dagster/asset_partition_range_start", single or "0001-01-01"),
        tags.get("dagster/asset_partition_range_end", single or "9999-12-31"),
    )


def _events(connection: Any, result: NodeResult) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    node = MANIFEST["nodes"][result.unique_id]
    if node["resource_type"] == "test":
        key = get_asset_check_key_for_test(MANIFEST, TRANSLATOR, result.unique_id, None)
        if key:
            yield dg.AssetCheckResult(
                passed=result.status == "pass",
                asset_key=key.asset_key,
                check_name=key.name,
                severity=dg.AssetCheckSeverity.ERROR
                if result.status == "fail"
                else dg.AssetCheckSeverity.WARN,
                metadata={"failed_rows": result.failures},
            )
        return
    yield dg.MaterializeResult(
        asset_key=dg.AssetKey(node["name"]),
        metadata={**table_metadata(connection, node["schema"], node["name"]), "seconds": result.seconds},
    )


STAGE_ASSETS = [
    _stage_assets("seeds", "resource_type:seed", is_partitioned=False),
    _stage_assets("staging", "config.schema:staging", is_partitioned=False),
    _stage_assets("intermediate", "config.schema:intermediate", is_partitioned=True),
    _stage_assets("profiles", "config.schema:profiles,resource_type:model", is_partitioned=False),
    _stage_assets("insight", "config.schema:insight", is_partitioned=False),
]
