"""Every page of a home in a real browser: no complaint of the console, nothing serious found by axe, in both languages.

python -m benchmarks.pages_look HOME --axe node_modules/axe-core/axe.min.js [--busy]

axe-core is installed beside the repository (`npm install axe-core`). --busy: publish again and again meanwhile, as runs
do. Exit code 1 where anything was found.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from dmp.pages.app import PAGES
from dmp.settings import PROJECT, Home

sys.path += [str(PROJECT / "tests"), str(PROJECT / "tests" / "pages")]
from dagster_pages import chromium_page
from page_reader import served

GRAVE = ("serious", "critical")
FIND = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.map(
    (found) => [found.impact, found.id, found.nodes.length, found.nodes[0].html.slice(0, 160)])"""


def looked_at(page: Any, axe: str, name: str) -> list[str]:
    """Return what axe finds grave on the page that is open."""
    page.locator("h1").wait_for()
    for chart in page.locator(".chart").all():
        chart.locator(".main-svg").first.wait_for()
    # Devtools may run what the page's own policy forbids; the policy stays as it is for the page.
    page.evaluate(axe)
    found = page.evaluate(FIND)
    print(f"{name}: {len(found)} findings, {sum(one[0] in GRAVE for one in found)} of them grave", flush=True)
    return [f"{name}: {one}" for one in found if one[0] in GRAVE]


@contextmanager
def publishing(home: Home) -> Iterator[None]:
    """Swap the link to the build meanwhile, as each run's end does."""
    is_over, link = threading.Event(), home.root / ".published"

    def swap() -> None:
        while not is_over.wait(0.05):
            link.unlink(missing_ok=True)
            link.symlink_to(home.published.readlink())
            link.replace(home.published)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def look(home: Home, axe: str) -> list[str]:
    """Return complaints and grave findings of every page in both languages, light and dark, and on a telephone."""
    wrong: list[str] = []
    with served(home) as reader, chromium_page() as page:
        page.on("console", lambda said: said.type == "error" and wrong.append(f"{page.url}: {said.text}"))
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        for language, scheme, width in (("en", "light", 1200), ("zh", "dark", 390)):
            page.context.add_cookies([{"name": "language", "value": language, "url": reader.address}])
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            for name in (*PAGES, "builder", "login"):
                page.goto(f"{reader.address}/{name}")
                wrong += looked_at(page, axe, f"{name} {language} {scheme}")
            page.goto(f"{reader.address}/people")
            page.locator(".examples button").first.click()
            page.locator("#why").wait_for()
            wrong += looked_at(page, axe, f"portrait {language} {scheme}")
            page.goto(f"{reader.address}/segments")
            page.locator("tbody a").first.click()
            page.locator("#export").wait_for()
            wrong += looked_at(page, axe, f"segment {language} {scheme}")
            page.goto(f"{reader.address}/builder?from=loyal_customers")
            page.locator("#count .big").wait_for()
            wrong += looked_at(page, axe, f"a rule in the builder {language} {scheme}")
    return wrong


def main() -> int:
    """Look, print, and return 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--axe", type=Path, required=True)
    parser.add_argument("--busy", action="store_true")
    asked = parser.parse_args()
    home, started = Home.at(asked.home), time.perf_counter()
    with publishing(home) if asked.busy else nullcontext():
        wrong = look(home, asked.axe.read_text(encoding="utf-8"))
    print("\n".join([*wrong, f"{len(wrong)} wrong, {time.perf_counter() - started:.0f} s"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
