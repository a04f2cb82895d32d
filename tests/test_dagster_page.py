"""What a person sees and does on Dagster's page, in a headless Chromium, on a home that has run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from dagster_pages import (
    CHROMIUM,
    chromium_page,
    show_checks,
    show_graph,
    show_group,
    show_picture,
    show_plots,
    show_run,
)
from dagster_server import DagsterServer

from dmp.settings import Home

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found (Debian package chromium)"),
]

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
AUTOMATION = """
{ repositoriesOrError { ... on RepositoryConnection { nodes {
    schedules { name scheduleState { status } } sensors { name sensorState { status } } } } } }
"""
CHECKS = """
query Checks($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
    assetChecksOrError { ... on AssetChecks {
        checks { name blocking executionForLatestMaterialization { status } } } } } } }
"""


@pytest.fixture(scope="module")
def server(shop_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterServer]:
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(shop_home.root, folder / "home", symlinks=True)
    started = DagsterServer(Home.at(folder / "home"), folder / "server.log")
    try:
        started.wait_until_loaded(seconds=180)
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def page(server: DagsterServer) -> Iterator[Any]:
    with chromium_page() as opened:
        yield opened


def test_the_graph_shows_every_stage(page: Any, server: DagsterServer) -> None:
    show_graph(page, server.url)
    for stage in STAGES:
        assert page.get_by_text(stage, exact=True).last.is_visible(), stage


def test_a_stage_shows_its_assets_with_their_kinds(page: Any, server: DagsterServer) -> None:
    show_group(page, server.url, "segments")
    for text in ["user_segment_changes", "Python", "recommendation_metrics", "published"]:
        page.get_by_text(text).first.wait_for()


def test_nobody_is_asked_for_an_e_mail_address(page: Any, server: DagsterServer) -> None:
    page.goto(server.url)
    page.get_by_text("Overview").first.wait_for()
    assert page.locator("input[type=email]").count() == 0


def test_an_asset_shows_owner_freshness_and_columns(page: Any, server: DagsterServer) -> None:
    page.goto(f"{server.url}/assets/user_metrics?view=overview")
    for text in ["marketing-data", "Freshness policy", "tenure_days", "user_metrics.sql", "docs/profiles.md"]:
        page.get_by_text(text).first.wait_for()


def test_a_column_leads_to_the_table_of_the_column_it_is_made_of(page: Any, server: DagsterServer) -> None:
    page.goto(f"{server.url}/assets/user_profiles?view=overview")
    page.get_by_text("user_metrics.purchase_amount_90d").first.click()
    page.wait_for_url("**/assets/user_metrics?**")
    page.get_by_text("user_metrics.sql").first.wait_for()


def test_metrics_are_plotted(page: Any, server: DagsterServer) -> None:
    show_plots(page, server.url, "prediction_metrics")
    page.get_by_text("purchase_30d_auc").first.wait_for()
    show_plots(page, server.url, "user_lifecycle")
    page.get_by_text("people_acquire").first.wait_for()


def test_models_and_segments_show_their_pictures(page: Any, server: DagsterServer) -> None:
    show_picture(page, server.url, "prediction_models", "calibration")
    show_picture(page, server.url, "segment_sizes", "sizes")


def test_checks_show_gates_that_passed(page: Any, server: DagsterServer) -> None:
    show_checks(page, server.url, "user_profiles")
    found = server.ask(CHECKS, key={"path": ["user_profiles"]})["assetNodeOrError"]["assetChecksOrError"]
    gate = next(check for check in found["checks"] if check["name"] == "expectations")
    assert gate["blocking"]
    assert {check["executionForLatestMaterialization"]["status"] for check in found["checks"]} == {
        "SUCCEEDED"
    }


def test_schedules_and_sensors_are_on(server: DagsterServer) -> None:
    (repository,) = server.ask(AUTOMATION)["repositoriesOrError"]["nodes"]
    states = {
        **{found["name"]: found["scheduleState"]["status"] for found in repository["schedules"]},
        **{found["name"]: found["sensorState"]["status"] for found in repository["sensors"]},
    }
    schedules = ("daily_schedule", "weekly_training", "monthly_verification")
    sensors = ("landed_days", "alerts_of_failures", "alerts_of_successes")
    assert states == dict.fromkeys((*schedules, *sensors), "RUNNING")


def test_a_run_started_on_the_page_succeeds_and_no_other_run_starts(page: Any, server: DagsterServer) -> None:
    before = {run["runId"] for run in server.runs()}
    run_id = server.launch("__ASSET_JOB", ["funnels", "traffic"])
    assert server.wait_for_end(run_id, seconds=120) == "SUCCESS"
    show_run(page, server.url, run_id)
    assert {run["runId"] for run in server.runs()} - before == {run_id}
