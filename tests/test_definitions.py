"""What Dagster is told: groups, owners, partitions, gates, automation and the instance's settings."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import yaml

from dmp.definitions import defs
from dmp.defs.instance import environment, open_instance, prepare
from dmp.defs.launching import WatchedRunLauncher, alive
from dmp.defs.partitions import LANDED_DATES
from dmp.defs.schedules import daily_schedule, landed_days_sensor, run_selection, weekly_training
from dmp.defs.transformation import seed_keys
from dmp.defs.verification import monthly_verification
from dmp.landing.contract import load_contracts
from dmp.pending import Pending
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


def test_a_run_without_a_process_is_seen_as_dead_and_one_with_a_process_is_not(tmp_path: Path) -> None:
    with open_instance(Home.at(tmp_path)) as instance:
        launcher = instance.run_launcher
        assert isinstance(launcher, WatchedRunLauncher)
        run = dg.DagsterRun(job_name="daily")
        folder = Path(instance.root_directory)
        with alive(folder, run.run_id):
            assert launcher.check_run_worker_health(run).status.value == "RUNNING"
        assert launcher.check_run_worker_health(run).status.value == "RUNNING"
        (folder / "alive" / run.run_id).touch()
        assert launcher.check_run_worker_health(run).status.value == "FAILED"
