"""Each page answers in both languages from whatever tables there are, and a person is looked at without being named."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
import yaml
from page_reader import Reader
from small_build import ANN, BOB

from dmp.audiences.erasing import forget_exported
from dmp.pages import app
from dmp.pages.lookups import Lookups
from dmp.published_names import key_of
from dmp.settings import Home

FOLDER = Path(app.__file__).parent
LANGUAGES = ("en", "zh")


def texts(language: str, kind: str = "") -> dict[str, str]:
    return yaml.safe_load((FOLDER / "texts" / f"{language}{kind}.yaml").read_text())


def contents(home: Home) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", app.PAGES)
def test_a_page_answers_in_the_language_that_was_chosen(reader: Reader, page: str, language: str) -> None:
    answer = reader.get(f"/{page}", Cookie=f"language={language}")
    assert answer.status == 200
    assert f'<html lang="{language}">' in answer.body
    assert texts(language)[f"page.{page}"] in answer.body


def test_without_a_choice_the_browser_s_language_counts(reader: Reader) -> None:
    answer = reader.get("/home", **{"Accept-Language": "fr-FR,zh-CN;q=0.8,en;q=0.5"})
    assert '<html lang="zh">' in answer.body


def test_looking_at_every_page_changes_no_file_of_the_home(reader: Reader) -> None:
    before = contents(reader.home)
    for page in app.PAGES:
        reader.get(f"/{page}")
    assert contents(reader.home) == before


def test_both_languages_have_every_text_that_a_page_asks_for() -> None:
    asked = {
        key
        for path in (FOLDER / "templates").glob("*.html")
        for key in re.findall(r"\bt\('([\w.]+)'\)", path.read_text())
    }
    asked |= {f"{kind}.{page}" for kind in ("page", "lead") for page in (*app.PAGES, "login", "builder")}
    asked |= {
        f"builder.{key}"
        for key in re.findall(r"\bsaid\.(\w+)", (FOLDER / "static" / "builder.js").read_text())
    }
    for language in LANGUAGES:
        assert asked - texts(language).keys() == set()
    assert texts("en").keys() == texts("zh").keys()


@pytest.mark.parametrize("name", [ANN, "ann", "cookie-1"])
def test_an_opened_person_is_in_no_address_and_their_portrait_says_why(reader: Reader, name: str) -> None:
    opened = reader.post("/people", {"user": name})
    assert opened.status == 303
    address = opened.headers["location"]
    assert ANN not in address
    assert name not in address
    portrait = reader.get(address)
    assert portrait.status == 200
    assert f"Person {ANN}" in portrait.body
    assert "purchase_amount_90d</code> 812.40 &gt;= 500" in portrait.body


def test_nobody_by_a_name_is_a_sentence_and_not_an_error(reader: Reader) -> None:
    answer = reader.post("/people", {"user": "<b>carol</b>"})
    assert answer.status == 404
    assert "goes by the user_id or id of a source &#39;&lt;b&gt;carol&lt;/b&gt;&#39;" in answer.body


def test_a_number_that_was_never_given_out_opens_nobody(reader: Reader) -> None:
    assert reader.get(f"/people/{ANN}").status == 404
    assert reader.post(f"/people/{ANN}/why", {"item": "i1"}).status == 404


def test_each_look_at_a_person_is_written_down_for_the_owner_alone(reader: Reader) -> None:
    address = reader.post("/people", {"user": "ann"}).headers["location"]
    reader.get(address)
    path = reader.home.exports / "lookups.csv"
    assert path.read_text().splitlines()[-1].endswith(f",portrait,{ANN},,")
    assert path.stat().st_mode & 0o077 == 0


def test_an_erasure_takes_its_people_out_of_the_record_of_looks(tmp_path: Path) -> None:
    lookups = Lookups(Home.at(tmp_path))
    lookups.add("portrait", ANN)
    lookups.add("portrait", BOB)
    forget_exported(Home.at(tmp_path), [key_of(ANN)], [])
    assert [line.split(",")[2] for line in lookups.path.read_text().splitlines()] == ["user_id", BOB]


def test_an_unknown_segment_is_a_sentence(reader: Reader) -> None:
    answer = reader.get("/segments/nobody")
    assert answer.status == 409
    assert "there is no segment" in answer.body


def test_a_home_without_a_build_says_what_to_type(tmp_path: Path) -> None:
    from page_reader import served

    with served(Home.at(tmp_path)) as empty:
        answer = empty.get("/home")
    assert answer.status == 409
    assert "dmp run" in answer.body
