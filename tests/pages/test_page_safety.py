"""What the pages refuse: foreign hosts, forms of other sites, large forms; and what they tell a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_reader import Reader, served

from dmp.pages.kept import Kept
from dmp.pages.safety import FORMS_A_MINUTE
from dmp.settings import Home

HEADERS = ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy")


@pytest.mark.parametrize(
    "host", ["example.org", "127.0.0.1", "example.org:{port}", "localhost.example.org:{port}"]
)
def test_a_name_that_is_not_this_machine_s_is_refused(reader: Reader, host: str) -> None:
    assert reader.get("/home", Host=host.format(port=reader.port)).status == 421


def test_localhost_is_this_machine(reader: Reader) -> None:
    assert reader.get("/home", Host=f"localhost:{reader.port}").status == 200


@pytest.mark.parametrize("origin", ["http://example.org", "null", "", "http://127.0.0.1:1"])
@pytest.mark.parametrize("path", ["/people", "/questions", "/language"])
def test_a_form_of_another_site_is_refused(reader: Reader, path: str, origin: str) -> None:
    assert reader.post(path, {"user": "ann", "question": "SELECT 1"}, Origin=origin).status == 403


@pytest.mark.parametrize("path", ["/home", "/people", "/static/pages.js", "/plotly.min.js", "/nothing"])
def test_every_answer_says_what_a_page_may_do(reader: Reader, path: str) -> None:
    answer = reader.get(path)
    assert all(name in answer.headers for name in HEADERS)
    assert "script-src 'self';" in answer.headers["content-security-policy"]


def test_pages_are_kept_by_no_cache(reader: Reader) -> None:
    assert reader.get("/people").headers["cache-control"] == "no-store"


def test_a_form_beyond_its_size_is_refused(reader: Reader) -> None:
    assert reader.post("/questions", {"question": "x" * 70_000}).status == 413


def test_a_file_outside_of_the_pages_is_not_served(reader: Reader) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fsettings.py"):
        assert reader.get(path).status == 404


@pytest.mark.parametrize("page", ["//example.org", "/\\example.org", "https://example.org", ""])
def test_changing_the_language_leads_to_no_other_site(reader: Reader, page: str) -> None:
    answer = reader.post("/language", {"language": "zh", "page": page})
    assert answer.headers["location"] == "/home"
    assert "language=zh" in answer.headers["set-cookie"]
    assert "httponly" in answer.headers["set-cookie"].lower()


def test_an_unknown_language_is_not_kept(reader: Reader) -> None:
    assert "set-cookie" not in reader.post("/language", {"language": "<script>", "page": "/home"}).headers


def test_a_flood_of_forms_is_told_to_wait(tmp_path: Path) -> None:
    with served(Home.at(tmp_path)) as found:
        answers = [
            found.post("/language", {"language": "zh", "page": "/home"}) for _ in range(FORMS_A_MINUTE + 1)
        ]
        assert [answer.status for answer in answers] == [303] * FORMS_A_MINUTE + [429]
        assert found.get("/static/pages.css").status == 200


def test_a_fault_tells_nothing_and_keeps_the_headers(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*asked: object) -> dict[str, object]:
        raise ValueError("a secret")

    monkeypatch.setattr(Kept, "facts", broken)
    answer = reader.get("/home")
    assert answer.status == 500
    assert "a secret" not in answer.body
    assert all(name in answer.headers for name in HEADERS)
