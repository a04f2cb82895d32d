"""What Dagster is told: groups, owners, partitions, gates, automation and the instance's settings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from dmp.builds import published_build
from dmp.definitions import defs
from dmp.defs.instance import environment, open_instance, prepare
from dmp.defs.launching import WatchedRunLauncher, alive
from dmp.defs.numbers import NUMBERS
from dmp.defs.partitions import LANDED_DATES, register
from dmp.defs.schedules import daily_schedule, landed_days_sensor, run_selection, run_tags, weekly_training
from dmp.defs.transformation import seed_keys
from dmp.defs.verification import monthly_verification
from dmp.landing.contract import load_contracts
from dmp.landing.days import landed_days
from dmp.pages.app import PAGES
from dmp.pending import Pending, pending_days
from dmp.quality import suites
from dmp.settings import Home
from dmp.transformation import manifest_path

STAGES = [
    "raw",
    "staging",
    "intermediate",
    "profiles",
    "insight",
    "vectors",
    "segments",
    "predictions",
    "recommendations",
    "experiments",
    "published",
]
PARTITIONED_STAGES = {"raw", "intermediate"}
# Made from all landed days, by the steps that load them.
ACCOUNTS = {"landed_files", "rejects", "schema_drift", "personal_data", "landed_volumes"}


def specs() -> list[dg.AssetSpec]:
    return sorted(defs.resolve_all_asset_specs(), key=lambda spec: spec.key)


@pytest.fixture
def instance(shop_home_copy: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DMP_HOME", str(shop_home_copy.root))
    with open_instance(shop_home_copy) as opened:
        yield opened


def test_the_definitions_can_be_loaded() -> None:
    dg.Definitions.validate_loadable(defs)


def test_every_table_is_in_the_group_of_its_stage() -> None:
    assert {spec.group_name for spec in specs()} == set(STAGES)
    nodes = json.loads(manifest_path().read_text())["nodes"].values()
    schemas = {node["name"]: node["schema"] for node in nodes if node["resource_type"] in {"model", "seed"}}
    raw = {f"{source}__{entity}" for source, found in load_contracts().items() for entity in found.entities}
    groups = {spec.key.to_user_string(): spec.group_name for spec in specs()}
    assert {name: groups.get(name) for name in schemas} == schemas
    assert {name for name, group in groups.items() if group == "raw"} == raw | ACCOUNTS


def test_no_build_is_made_while_any_gate_is_red() -> None:
    """A blocking check stops what depends on its own table alone, so the build depends on every table with one."""
    graph = defs.resolve_asset_graph()
    gated = {key.asset_key for key in graph.asset_check_keys if graph.get(key).blocking}
    assert {dg.AssetKey(table) for table in suites()} <= gated
    assert gated <= graph.get(dg.AssetKey("published")).parent_keys


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.key.to_user_string())
def test_every_asset_says_what_it_is_whose_and_how_fresh(spec: dg.AssetSpec) -> None:
    assert spec.owners
    assert spec.kinds
    assert spec.description
    assert "\n" not in spec.description, "the catalogue shows descriptions as plain text"
    # Seeds and views are made once per code: there is no day that they could miss.
    assert (spec.freshness_policy is None) == (spec.key in seed_keys() or spec.group_name == "staging")


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.key.to_user_string())
def test_every_asset_leads_to_its_docs_its_code_and_its_page(spec: dg.AssetSpec) -> None:
    references = spec.metadata["dagster/code_references"].code_references
    files = [Path(reference.file_path) for reference in references]
    assert all(file.is_file() for file in files)
    code, docs = files[0], files[-1]
    assert code.suffix in {".py", ".sql", ".csv"}
    assert docs.suffix == ".md"
    assert spec.metadata["page"].value.removeprefix("http://127.0.0.1:8787/") in PAGES


def test_every_published_table_leads_to_the_dictionary_of_its_columns(shop_home: Home) -> None:
    build = published_build(shop_home)
    assert build
    linked = {
        spec.key.to_user_string(): spec.metadata["columns"].value
        for spec in specs()
        if "columns" in spec.metadata
    }
    # Of sources that never landed here there is no table; what gates found is no asset.
    assert set(linked) == set(build["tables"]) - {"gate_results"}
    assert all(link.endswith(f"/questions#{table}") for table, link in linked.items())


def latest(instance: dg.DagsterInstance, table: str) -> Mapping[str, Any]:
    event = instance.get_latest_materialization_event(dg.AssetKey(table))
    assert event
    assert event.asset_materialization
    return event.asset_materialization.metadata


def test_a_column_of_a_published_table_leads_to_the_columns_it_is_made_of(
    instance: dg.DagsterInstance,
) -> None:
    metadata = latest(instance, "user_profiles")
    behind = metadata["dagster/column_lineage"].value.deps_by_column
    assert behind["purchase_amount_90d"] == [
        dg.TableColumnDep(dg.AssetKey("user_metrics"), "purchase_amount_90d")
    ]
    columns = {column.name: column for column in metadata["dagster/column_schema"].value.columns}
    assert set(behind) == set(columns)
    assert (
        "[user_metrics.purchase_amount_90d](/assets/user_metrics"
        in columns["purchase_amount_90d"].description
    )
    known = {spec.key for spec in specs()}
    assert {place.asset_key for places in behind.values() for place in places} <= known


def test_a_column_of_a_table_of_days_leads_on_to_the_landed_records(instance: dg.DagsterInstance) -> None:
    behind = latest(instance, "int_events")["dagster/column_lineage"].value.deps_by_column
    assert {place.asset_key for place in behind["event_id"]} == {dg.AssetKey("int_events_landed")}
    view = latest(instance, "stg_shop__behaviours")["dagster/column_lineage"].value.deps_by_column
    assert dg.TableColumnDep(dg.AssetKey("shop__events"), "event_id") in view["event_id"]


def test_views_and_seeds_are_made_by_the_run_that_first_needs_them_alone() -> None:
    days = (date(2026, 5, 1), date(2026, 5, 2))
    view, of_new_source = dg.AssetKey("stg_shop__events"), dg.AssetKey("stg_cdnow__events")
    day = Pending(days[1], days[1], days, "new files", ("cdnow", "shop"), ("shop",))
    assert of_new_source in run_selection(day)
    assert not run_selection(day) & (seed_keys() | {view})
    rebuild = Pending(days[0], days[1], days, "the code changed", ("cdnow", "shop"))
    assert seed_keys() | {view, of_new_source} <= run_selection(rebuild)
    unfinished = Pending(days[1], days[1], days, "a run did not come to its end")
    assert seed_keys() | {view, of_new_source} <= run_selection(unfinished)


def test_raw_and_intermediate_days_are_one_run_however_many() -> None:
    graph = defs.resolve_asset_graph()
    for spec in specs():
        node = graph.get(spec.key)
        if spec.group_name in PARTITIONED_STAGES and spec.key.to_user_string() not in ACCOUNTS:
            assert node.partitions_def == LANDED_DATES
            assert node.backfill_policy == dg.BackfillPolicy.single_run()
        else:
            assert node.partitions_def is None


def test_the_last_day_of_a_range_says_what_its_table_holds(instance: dg.DagsterInstance) -> None:
    days = instance.get_dynamic_partitions("landed_date")
    for table in ("shop__events", "int_events"):
        first, last = (
            instance.fetch_materializations(
                dg.AssetRecordsFilter(dg.AssetKey(table), asset_partitions=[day]), limit=1
            ).records[0]
            for day in (days[0], days[-1])
        )
        assert "dagster/column_schema" in last.asset_materialization.metadata
        assert last.asset_materialization.metadata["dagster/row_count"].value > 0
        assert not first.asset_materialization.metadata, "a table's description in each of its days is costly"
        assert latest(instance, table) == last.asset_materialization.metadata, "pages show the latest event"


def test_tables_of_which_numbers_are_told_have_plots(instance: dg.DagsterInstance) -> None:
    for table in NUMBERS:
        metadata = latest(instance, table)
        assert metadata["dagster/row_count"].value == 0 or any(
            isinstance(value, dg.FloatMetadataValue) for value in metadata.values()
        ), table


def test_what_is_drawn_is_in_the_event_as_a_picture(instance: dg.DagsterInstance) -> None:
    for table in (
        "prediction_models",
        "recommendation_calibration",
        "recommendation_trade_offs",
        "segment_sizes",
    ):
        pictures = [
            value.value
            for value in latest(instance, table).values()
            if isinstance(value, dg.MarkdownMetadataValue)
        ]
        assert pictures, table
        assert all(text.startswith("![") and "data:image/png;base64," in text for text in pictures)


def test_a_backfill_reaches_intermediate_days_from_raw_days() -> None:
    graph = defs.resolve_asset_graph()
    assert dg.AssetKey("shop__events") in graph.get(dg.AssetKey("int_events_landed")).parent_keys
    assert dg.AssetKey("int_events_landed") in graph.get(dg.AssetKey("int_events")).parent_keys


def test_every_suite_is_a_blocking_check() -> None:
    graph = defs.resolve_asset_graph()
    blocking = {
        key.asset_key.to_user_string()
        for key in graph.asset_check_keys
        if key.name == "expectations" and graph.get(key).blocking
    }
    assert blocking == set(suites())


def test_every_dbt_test_of_a_model_is_a_check() -> None:
    names = {key.name for key in defs.resolve_asset_graph().asset_check_keys}
    nodes = json.loads(manifest_path().read_text())["nodes"].values()
    tests = {node["name"] for node in nodes if node["resource_type"] == "test" and node.get("attached_node")}
    assert tests
    assert tests <= names


def test_schedules_and_the_sensor_are_on_from_the_start() -> None:
    assert daily_schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert weekly_training.default_status == dg.DefaultScheduleStatus.RUNNING
    assert monthly_verification.default_status == dg.DefaultScheduleStatus.RUNNING
    assert landed_days_sensor.default_status == dg.DefaultSensorStatus.RUNNING


def test_usage_statistics_and_the_e_mail_prompt_are_off(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    prepare(home)
    settings = yaml.safe_load((home.dagster / "dagster.yaml").read_text())
    assert settings["telemetry"] == {"enabled": False}
    assert settings["nux"] == {"enabled": False}
    assert environment(home)["DAGSTER_DISABLE_TELEMETRY"] == "1"
    assert environment(home)["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert environment(home)["DO_NOT_TRACK"] == "1"


def evaluate(instance: dg.DagsterInstance) -> dg.RunRequest | str:
    """Return the run that the sensor asks for, or why it asks for none."""
    result = landed_days_sensor(dg.build_sensor_context(instance=instance))
    return result if isinstance(result, dg.RunRequest) else str(result.skip_message)


def land_one_more_day(home: Home) -> None:
    days = sorted((home.landing / "shop").iterdir())
    shutil.copytree(days[-1], days[-1].with_name("2099-01-01"))


def test_the_sensor_starts_nothing_while_nothing_has_landed(instance: dg.DagsterInstance) -> None:
    assert evaluate(instance) == "nothing has landed or been changed since the published build"


def test_the_sensor_notices_segments_of_the_home(instance: dg.DagsterInstance, shop_home_copy: Home) -> None:
    shop_home_copy.segments.mkdir(exist_ok=True)
    (shop_home_copy.segments / "mine.yaml").write_text("id: mine")
    request = evaluate(instance)
    assert isinstance(request, dg.RunRequest)
    first, last = (request.tags[f"dagster/asset_partition_range_{end}"] for end in ("start", "end"))
    assert first == last == str(max(landed_days(shop_home_copy.landing)))


@pytest.mark.parametrize(
    ("path", "text"), [("tag_packs/mine.yaml", "tags: {}"), ("settings.yaml", "list_length: 9")]
)
def test_the_sensor_notices_tags_and_settings_of_the_home(
    instance: dg.DagsterInstance, shop_home_copy: Home, path: str, text: str
) -> None:
    file = shop_home_copy.root / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    request = evaluate(instance)
    assert isinstance(request, dg.RunRequest)
    assert request.tags["dmp/rebuild"] == "true"


def test_the_sensor_says_what_is_wrong_with_the_settings(
    instance: dg.DagsterInstance, shop_home_copy: Home
) -> None:
    (shop_home_copy.root / "settings.yaml").write_text("threads: many")
    assert "threads" in str(evaluate(instance))


def test_the_sensor_asks_for_the_days_that_landed(instance: dg.DagsterInstance, shop_home_copy: Home) -> None:
    land_one_more_day(shop_home_copy)
    request = evaluate(instance)
    assert isinstance(request, dg.RunRequest)
    assert request.tags == {
        "dagster/asset_partition_range_start": "2099-01-01",
        "dagster/asset_partition_range_end": "2099-01-01",
        "dmp/rebuild": "false",
    }
    assert instance.get_dynamic_partitions("landed_date")[-1] == "2099-01-01"
    made = {key.to_user_string() for key in request.asset_selection or ()}
    assert "shop__events" in made
    assert "published" in made
    assert "online_retail__lines" not in made, "a source that never landed here has no days to load"


def test_the_sensor_waits_for_a_daily_run_that_is_queued_or_under_way(
    instance: dg.DagsterInstance, shop_home_copy: Home
) -> None:
    land_one_more_day(shop_home_copy)
    pending = pending_days(shop_home_copy)
    assert pending
    register(instance, pending.days)
    instance.create_run_for_job(defs.resolve_job_def("daily"), tags=run_tags(pending))
    assert evaluate(instance) == "a daily run is queued or under way"


def test_a_run_without_a_process_is_seen_as_dead_and_one_with_a_process_is_not(
    instance: dg.DagsterInstance,
) -> None:
    launcher = instance.run_launcher
    assert isinstance(launcher, WatchedRunLauncher)
    run = dg.DagsterRun(job_name="daily")
    folder = Path(instance.root_directory)
    with alive(folder, run.run_id):
        assert launcher.check_run_worker_health(run).status.value == "RUNNING"
    assert launcher.check_run_worker_health(run).status.value == "RUNNING"
    (folder / "alive" / run.run_id).touch()
    assert launcher.check_run_worker_health(run).status.value == "FAILED"
