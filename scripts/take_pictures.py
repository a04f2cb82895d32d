"""Make docs/pictures/ anew: `python scripts/take_pictures.py [HOME]`, three minutes, needs Chromium.

A shop of 300 people runs four times, the last three weeks one by one, so that plots have a history; HOME keeps it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from dmp.defs.running import run_pending
from dmp.pages.app import PAGES
from dmp.pending import pending_days
from dmp.settings import PROJECT, Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

sys.path.insert(0, str(PROJECT / "tests" / "pages"))
sys.path.insert(0, str(PROJECT / "tests"))
from dagster_pages import chromium_page, show_checks, show_graph, show_plots, show_run
from dagster_server import DagsterServer
from page_reader import served

PICTURES = PROJECT / "docs" / "pictures"
WEEK = 7


def make_home(home: Home) -> None:
    """Land and run the shop's days: all but three weeks at once, then week by week."""
    with tempfile.TemporaryDirectory() as folder:
        delivered = Home.at(folder)
        write_world(delivered.landing, home.truth, people=300, days=210, seed=7, dirt=Dirt.light())
        days = sorted((delivered.landing / "shop").iterdir())
        shop = home.landing / "shop"
        shop.mkdir(parents=True)
        for batch in [days[: -3 * WEEK], *(days[len(days) - n * WEEK :][:WEEK] for n in (3, 2, 1))]:
            for day in batch:
                day.rename(shop / day.name)
            pending = pending_days(home)
            if pending and not (outcome := run_pending(home, pending, print)).is_success:
                sys.exit(f"the run failed: {outcome}")


def take(page: Any, name: str) -> None:
    """Save what the page shows, when it has stopped moving."""
    page.wait_for_timeout(4000)
    page.mouse.move(5, 995)
    page.screenshot(path=PICTURES / f"{name}.png")


def take_pages(home: Home) -> None:
    """Walk through dmp's own pages, the last in Chinese and dark."""
    with served(home) as reader, chromium_page() as page:
        page.set_viewport_size({"width": 1200, "height": 900})
        for name in PAGES:
            page.goto(f"{reader.address}/{name}")
            take(page, f"pages_{name}")
        page.goto(f"{reader.address}/segments/loyal_customers")
        take(page, "pages_segment")
        page.goto(f"{reader.address}/builder?from=loyal_customers")
        page.locator("#count .big").wait_for()
        take(page, "pages_builder")
        page.goto(f"{reader.address}/people")
        page.locator(".examples button").nth(1).click()
        take(page, "pages_portrait")
        page.get_by_role("button", name="中文").click()
        page.emulate_media(color_scheme="dark")
        page.goto(f"{reader.address}/lifecycle")
        take(page, "pages_lifecycle_zh")


def take_all(home: Home, log: Path) -> None:
    """Walk through the pages of a home that has run."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    server = DagsterServer(home, log)
    try:
        server.wait_until_loaded(seconds=180)
        daily = next(run for run in server.runs() if run["jobName"] == "daily")
        with chromium_page() as page:
            show_graph(page, server.url, "segments", "vectors")
            take(page, "dagster_graph")
            show_checks(page, server.url, "user_metrics")
            take(page, "dagster_checks")
            show_plots(page, server.url, "prediction_metrics")
            take(page, "dagster_metrics")
            show_run(page, server.url, daily["runId"])
            page.mouse.move(800, 364)  # the bar between steps and log
            page.mouse.down()
            page.mouse.move(800, 860)
            page.mouse.up()
            take(page, "dagster_run")
    finally:
        server.stop()


def main() -> None:
    """Make a home where there is none, then its pictures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(sys.argv[1] if len(sys.argv) > 1 else Path(folder) / "home")
        if not home.published.exists():
            make_home(home)
        take_all(home, Path(folder) / "server.log")
        take_pages(home)


if __name__ == "__main__":
    main()
