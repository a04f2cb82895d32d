"""The pages of Dagster that matter, each opened until what it is for is on the screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
QUIET_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZE = {"width": 1600, "height": 1000}
MILLISECONDS = 30_000


@contextmanager
def chromium_page() -> Iterator[Any]:
    """Open one blank page of a headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET_CHROMIUM)
        try:
            page = browser.new_page(viewport=SIZE)
            page.set_default_timeout(MILLISECONDS)
            yield page
        finally:
            browser.close()


def show_graph(page: Any, url: str, *groups: str) -> None:
    """Show the whole graph by stage, with the assets of some stages."""
    wanted = ",".join(f"global@global:{group}" for group in groups)
    page.goto(f"{url}/asset-groups?expanded={wanted}")
    page.get_by_text("published", exact=True).last.wait_for()


def show_group(page: Any, url: str, group: str) -> None:
    """Show the assets of one stage, with their kinds."""
    page.goto(f"{url}/locations/dmp/asset-groups/{group}/lineage")
    page.get_by_text("Latest event").first.wait_for()


def show_plots(page: Any, url: str, asset: str) -> None:
    """Show an asset's numbers over its runs."""
    page.goto(f"{url}/assets/{asset}?view=overview")
    page.get_by_text("Plots", exact=True).first.click()
    page.locator("canvas").first.wait_for()


def show_picture(page: Any, url: str, asset: str, name: str) -> None:
    """Show a picture of an asset's latest run."""
    page.goto(f"{url}/assets/{asset}?view=events")
    page.locator("tr", has_text=name).get_by_text("[Show Markdown]").click()
    page.locator(f"img[alt='{name}']").wait_for()


def show_checks(page: Any, url: str, asset: str) -> None:
    """Show an asset's gate and tests with their results."""
    page.goto(f"{url}/assets/{asset}?view=checks")
    page.get_by_text("expectations", exact=True).first.click()
    page.get_by_text("blocking").first.wait_for()


def show_run(page: Any, url: str, run_id: str) -> None:
    """Show the steps of a run in time, with its log."""
    page.goto(f"{url}/runs/{run_id}")
    page.get_by_text("Success", exact=True).first.wait_for()
    page.get_by_text("RUN_SUCCESS").first.wait_for()
