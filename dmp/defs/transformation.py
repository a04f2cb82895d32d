"""The SQL stages: one `@dbt_assets` per stage, so that the gates between stages stand between steps."""

import json
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from datetime import date
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from dmp.column_lineage import Behind, column_lineage
from dmp.defs.learning import served_day
from dmp.defs.partitions import LANDED_DATES, ONE_RUN, landed_range, materialized, run_range
from dmp.defs.warehouse import Warehouse, table_metadata
from dmp.defs.work import SECONDS
from dmp.touched import forget_profiled, remember_profiled, touched_people
from dmp.transformation import DBT_PROJECT, NodeResult, build, manifest_path

MANIFEST: dict[str, Any] = json.loads(manifest_path().read_text(encoding="utf-8"))
DBT = DbtProject(DBT_PROJECT)


class StageTranslator(DagsterDbtTranslator):
    """Asset key = table name, group = stage, description = the first sentence."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """Return the table's asset; an intermediate one also depends on the raw tables behind its staging views.

        Views have no landed days. Without these links a backfill of raw and intermediate days would end at the views.
        """
        spec = super().get_asset_spec(manifest, unique_id, project)
        if spec.group_name != "intermediate":
            return spec
        known = {dependency.asset_key.to_user_string() for dependency in spec.deps}
        return spec.merge_attributes(deps=sorted(set(_raw_tables(manifest, unique_id)) - known))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return the table's name."""
        return dg.AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the stage, which is the schema."""
        return dbt_resource_props["schema"]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the model's description: the catalogue shows plain text."""
        return dbt_resource_props.get("description") or dbt_resource_props["name"]


def _raw_tables(manifest: Mapping[str, Any], unique_id: str) -> Iterator[str]:
    for parent in manifest["parent_map"][unique_id]:
        if parent in manifest["sources"]:
            yield manifest["sources"][parent]["name"]
        elif manifest["nodes"][parent]["schema"] == "staging":
            yield from _raw_tables(manifest, parent)


def staging_keys(sources: Set[str]) -> set[dg.AssetKey]:
    """Return the staging views of some sources."""
    models = [node["name"] for node in MANIFEST["nodes"].values() if node["schema"] == "staging"]
    return {dg.AssetKey(name) for name in models if name.removeprefix("stg_").partition("__")[0] in sources}


def seed_keys() -> set[dg.AssetKey]:
    """Return the seeds."""
    return {
        dg.AssetKey(node["name"]) for node in MANIFEST["nodes"].values() if node["resource_type"] == "seed"
    }


EXAMINED = "int_events_landed int_cells_examined"
TRANSLATOR = StageTranslator(settings=DagsterDbtTranslatorSettings(enable_code_references=True))


def _stage_assets(stage: str, select: str, *, is_partitioned: bool, exclude: str = "") -> dg.AssetsDefinition:
    @dbt_assets(
        name=f"dbt__{stage}",
        manifest=MANIFEST,
        project=DBT,
        select=select,
        exclude=exclude or None,
        dagster_dbt_translator=TRANSLATOR,
        partitions_def=LANDED_DATES if is_partitioned else None,
        backfill_policy=ONE_RUN if is_partitioned else None,
    )
    def assets(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[Any]:
        variables = {
            "home_time_zone": warehouse.settings.time_zone,
            "asked_cuts": str([day.isoformat() for day in warehouse.settings.cuts]),
            **_range(context, is_partitioned),
        }
        with _profiling(context, warehouse, stage) as touched:
            results = build(_selected(context), warehouse.home, warehouse.settings, variables | touched)
        SECONDS["sql"] += sum(result.seconds for result in results)
        with warehouse.connect() as connection:
            models = [node for node in map(_node, results) if node["resource_type"] == "model"]
            behind = column_lineage(warehouse.home, connection, {model["name"] for model in models})
            for result in results:
                yield from _events(context, connection, result, behind)

    return assets


@contextmanager
def _profiling(
    context: dg.AssetExecutionContext, warehouse: Warehouse, stage: str
) -> Iterator[dict[str, list[int]]]:
    """Yield whose profiles a run makes anew, as a dbt variable (none is everybody's), and remember that they are made.

    Only a run of the last landed day alone may know; what is picked by hand, or follows other days, is for everybody.
    """
    if stage != "profiles":
        yield {}
        return
    with warehouse.connect() as connection:
        day = served_day(connection)
        is_of_the_day = run_range(context.run) == (day, day) and not context.is_subset
        touched = touched_people(connection, day) if is_of_the_day else None
        forget_profiled(connection)
    context.log.info(f"profiles made anew: {'everybody' if touched is None else len(touched)}")
    yield {} if touched is None else {"touched_people": touched}
    if not context.is_subset:
        with warehouse.connect() as connection:
            remember_profiled(connection, day)


def _selected(context: dg.AssetExecutionContext) -> str:
    """Return dbt's selection of a step: all tables of the stage, or those that somebody picked."""
    return " ".join(sorted(key.to_user_string() for key in context.selected_asset_keys))


def _range(context: dg.AssetExecutionContext, is_partitioned: bool) -> dict[str, str]:
    """Return the landed days of the run as dbt variables: a stage without days of its own follows those before it."""
    first, last = landed_range(context) if is_partitioned else run_range(context.run) or (date.min, date.max)
    return {"first_landed_date": str(first), "last_landed_date": str(last)}


def _node(result: NodeResult) -> Mapping[str, Any]:
    return MANIFEST["nodes"][result.unique_id]


def _events(
    context: dg.AssetExecutionContext,
    connection: Any,
    result: NodeResult,
    behind: Mapping[str, Behind],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    node = _node(result)
    if node["resource_type"] == "test":
        key = get_asset_check_key_for_test(MANIFEST, TRANSLATOR, result.unique_id, DBT)
        if key and key in context.selected_asset_check_keys:
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
    name = node["name"]
    is_table = node["config"]["materialized"] != "table_function"
    described = table_metadata(connection, node["schema"], name, behind.get(name)) if is_table else {}
    yield materialized(context, name, {**described, "seconds": result.seconds})


STAGE_ASSETS = [
    _stage_assets("seeds", "resource_type:seed", is_partitioned=False),
    _stage_assets("staging", "config.schema:staging,resource_type:model", is_partitioned=False),
    # Cleaning learns from the cells that it looks at before the facts are cleaned.
    _stage_assets("cells", EXAMINED, is_partitioned=True),
    _stage_assets("intermediate", "config.schema:intermediate", exclude=EXAMINED, is_partitioned=True),
    _stage_assets("profiles", "config.schema:profiles,resource_type:model", is_partitioned=False),
    _stage_assets("insight", "config.schema:insight", is_partitioned=False),
]
