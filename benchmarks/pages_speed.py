"""How fast pages are in a real browser with a million people published: first page under 3 s, any page under 1 s.

python -m benchmarks.pages_speed HOME [--people 1000000] [--into FOLDER]

HOME has a published build; its people are copied under new ids, table by table, until there are enough of them. Times
are from asking until the page and its charts are drawn, by a warm server: `dmp pages` reads each new build at once, as
the first round does here, whose times are given too.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.figures import line, row
from dmp.builds import BUILD_FILE
from dmp.checked_json import read_checked, write_checked
from dmp.pages.app import PAGES
from dmp.settings import PROJECT, Home

sys.path += [str(PROJECT / "tests"), str(PROJECT / "tests" / "pages")]
from dagster_pages import chromium_page
from page_reader import served

FIRST_SECONDS, PAGE_SECONDS = 3.0, 1.0
# Histories that no page reads whole, and tables whose size the settings bound, stay as they are.
LEFT = (
    "user_metrics_history", "user_attribute_history", "feature_changes", "identity_days", "identity_links",
    "prediction_parts", "user_features", "user_engagement", "quarantined_identifiers", "retired_users",
    "recommendation_fates", "user_sessions", "user_interests", "user_tag_changes", "user_metrics", "user_paths",
)  # fmt: skip
ROLES_OF_IDS = ("user_id", "identifier_id")


def enlarge(source: Home, target: Home, people: int) -> None:
    """Make a home whose published build has the source's people many times over."""
    folder = target.builds / source.published.resolve().name
    folder.mkdir(parents=True)
    shutil.copy(source.published / "dmp.duckdb", folder)
    build = read_checked(source.published / BUILD_FILE) or {}
    copies = -(-people // build["tables"]["user_profiles"])
    with duckdb.connect(config={"threads": 2, "memory_limit": "4GB"}) as connection:
        connection.execute(f"ATTACH '{source.published / 'dmp.duckdb'}' AS source (READ_ONLY)")
        connection.execute(f"ATTACH '{folder / 'dmp.duckdb'}' AS target")
        tables = connection.execute(
            "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE database_name = 'target' "
            "GROUP BY ALL HAVING list_contains(list(column_name), 'user_id') ORDER BY ALL"
        ).fetchall()
        for table, columns in tables:
            if table in LEFT:
                continue
            ids = ", ".join(
                f"printf('%04x', copy) || substr({name}, 5) AS {name}"
                for name in ROLES_OF_IDS
                if name in columns
            )
            # In the order in which a build is written: a person's rows lie together.
            connection.execute(
                f"INSERT INTO target.{table} SELECT rows.* REPLACE ({ids}) "
                f"FROM range(1, {copies}) AS copies (copy) CROSS JOIN source.{table} AS rows ORDER BY ALL"
            )
            build["tables"][table] *= copies
            print(f"{table}: {build['tables'][table]:,}", flush=True)
    write_checked(folder / BUILD_FILE, build)
    target.published.symlink_to(Path("builds") / folder.name)
    if (source.root / "secrets").exists():
        shutil.copytree(source.root / "secrets", target.root / "secrets")


def drawn(page: Any, act: Any) -> float:
    """Return the seconds until what `act` asks for is drawn with its charts."""
    started = time.perf_counter()
    act()
    page.locator("h1").wait_for()
    for chart in page.locator(".chart").all():
        chart.locator(".main-svg").first.wait_for()
    return time.perf_counter() - started


def measure(home: Home) -> list[dict[str, Any]]:
    """Open every page of a home, a portrait and the builder, by HTTP and then in the browser."""
    results = []
    with served(home) as reader, chromium_page() as page:
        for name in (*PAGES, "builder"):
            started = time.perf_counter()
            reader.get(f"/{name}")
            results.append(row("pages", f"{name}, read first, s", time.perf_counter() - started))
        seconds = drawn(page, lambda: page.goto(f"{reader.address}/home"))
        results.append(row("pages", "first page, s", seconds, goal=FIRST_SECONDS))
        for name in (*PAGES, "builder"):
            seconds = drawn(page, lambda name=name: page.goto(f"{reader.address}/{name}"))
            results.append(row("pages", f"{name}, s", seconds, goal=PAGE_SECONDS))
        page.goto(f"{reader.address}/people")
        seconds = drawn(
            page, lambda: (page.locator(".examples button").first.click(), page.locator("#why").wait_for())
        )
        results.append(row("pages", "portrait, s", seconds, goal=PAGE_SECONDS))
        page.goto(f"{reader.address}/segments")
        seconds = drawn(page, page.locator("tbody a").first.click)
        results.append(row("pages", "segment, s", seconds, goal=PAGE_SECONDS))
        page.goto(f"{reader.address}/builder?from=big_spenders_falling_asleep")
        started = time.perf_counter()
        page.locator("#count .big").wait_for()
        results.append(row("pages", "count of a rule, s", time.perf_counter() - started))
    return results


def main() -> None:
    """Enlarge, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--into", type=Path, help="keep the enlarged home here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(asked.into or folder)
        if not home.published.exists():
            enlarge(Home.at(asked.home), home, asked.people)
        for result in measure(home):
            print(line(result), flush=True)


if __name__ == "__main__":
    main()
