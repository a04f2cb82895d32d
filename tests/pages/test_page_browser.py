"""The pages in a real browser: nothing complains, nothing foreign runs, and they can be used without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from dagster_pages import CHROMIUM, chromium_page
from hostile_build import HOSTILE, hostile_home
from page_reader import Reader, served

from dmp.pages.app import PAGES
from dmp.settings import Home

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent (Debian package chromium)"),
]


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Any]:
    with chromium_page() as page:
        page.complaints = []
        page.on(
            "console",
            lambda said: said.type == "error" and page.complaints.append(f"{page.url}: {said.text}"),
        )
        page.on("pageerror", lambda error: page.complaints.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: (page.complaints.append(dialog.message), dialog.dismiss()))
        yield page


@pytest.fixture(scope="module")
def shop(shop_home: Home) -> Iterator[Reader]:
    with served(shop_home) as found:
        yield found


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with served(hostile_home(tmp_path_factory.mktemp("hostile") / "home")) as found:
        yield found


def shown(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("h1").wait_for()
    for chart in page.locator(".chart").all():
        chart.locator(".main-svg").first.wait_for()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_shop_opens_without_a_complaint(shop: Reader, browser_page: Any, name: str) -> None:
    shown(browser_page, f"{shop.address}/{name}")
    assert browser_page.complaints == []


def test_a_portrait_is_opened_asked_about_and_read_in_chinese(shop: Reader, browser_page: Any) -> None:
    browser_page.goto(f"{shop.address}/people")
    browser_page.locator(".examples button").first.click()
    browser_page.locator("#why").wait_for()
    browser_page.fill("#item", "i00003")
    browser_page.get_by_role("button", name="Ask").click()
    browser_page.locator("#why ~ dl").wait_for()
    browser_page.get_by_role("button", name="中文").click()
    browser_page.locator('html[lang="zh"]').wait_for()
    browser_page.get_by_role("button", name="English").click()
    browser_page.locator('html[lang="en"]').wait_for()
    assert browser_page.complaints == []


def test_a_table_is_sorted_from_the_keyboard(shop: Reader, browser_page: Any) -> None:
    browser_page.goto(f"{shop.address}/segments")
    head = browser_page.locator("table.rows th button").nth(2)
    head.focus()
    browser_page.keyboard.press("Enter")
    cells = browser_page.locator("table.rows tbody td:nth-child(3)").all_inner_texts()
    counts = [int(cell.replace(",", "")) for cell in cells]
    assert counts == sorted(counts)


def test_a_page_fits_a_telephone(shop: Reader, browser_page: Any) -> None:
    size = browser_page.viewport_size
    browser_page.set_viewport_size({"width": 390, "height": 800})
    try:
        for name in PAGES:
            browser_page.goto(f"{shop.address}/{name}")
            assert browser_page.evaluate("document.documentElement.scrollWidth") <= 390, name
    finally:
        browser_page.set_viewport_size(size)


def test_nothing_that_is_stored_runs_on_any_page(hostile: Reader, browser_page: Any) -> None:
    assert len(set(HOSTILE)) >= 50
    browser_page.complaints.clear()
    places = [f"/{name}" for name in PAGES] + ["/segments/s1"]
    opened = hostile.post("/people", {"user": "ann"}).headers["location"]
    for place in [*places, opened]:
        shown(browser_page, hostile.address + place)
        for cell in browser_page.locator("td, summary").all()[:5]:
            cell.hover()
        assert browser_page.evaluate("window.hacked") is None, place
    assert browser_page.complaints == []


def test_nothing_that_is_typed_runs(hostile: Reader, browser_page: Any) -> None:
    for text in HOSTILE[:6]:
        browser_page.goto(f"{hostile.address}/people")
        browser_page.fill("#user", text)
        browser_page.get_by_role("button", name="Open").click()
        browser_page.locator("[role=alert]").wait_for()
        assert browser_page.evaluate("window.hacked") is None
    browser_page.complaints.clear()
