"""The SQL page answers one SELECT on published tables, and hands it over as a file that no spreadsheet runs."""

from __future__ import annotations

import pandas as pd
import pytest
from page_reader import Reader

from dmp.pages.questions import csv_of


def test_an_answer_is_a_table_on_the_page(reader: Reader) -> None:
    answer = reader.post("/questions", {"question": "SELECT count(*) AS people FROM user_profiles"})
    assert answer.status == 200
    assert '<th scope="col">people</th>' in answer.body
    assert '<td class="number" data-value="3">3</td>' in answer.body


def test_an_answer_is_a_file_where_asked(reader: Reader) -> None:
    asked = {"question": "SELECT 1 AS one, 'a,b' AS two", "answer": "file"}
    answer = reader.post("/questions", asked)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.body.splitlines() == ["one,two", '1,"a,b"']


@pytest.mark.parametrize(
    "question",
    [
        "",
        "DROP TABLE user_profiles",
        "SELECT 1; SELECT 2",
        "FROM read_text('/etc/passwd')",
        "FROM duckdb_settings()",
    ],
)
def test_what_is_no_such_question_is_refused_in_a_sentence(reader: Reader, question: str) -> None:
    answer = reader.post("/questions", {"question": question})
    assert answer.status == 400
    assert 'role="alert"' in answer.body


def test_the_dictionary_stands_beside(reader: Reader) -> None:
    page = reader.get("/questions").body
    assert "years, at the person&#39;s last birthday" in page
    assert 'id="user_profiles"' in page, "links from elsewhere lead to a table's columns"


def test_questions_and_files_are_written_down(reader: Reader) -> None:
    reader.post("/questions", {"question": "SELECT 'ann' FROM user_profiles, user_tags", "answer": "file"})
    last = (reader.home.exports / "lookups.csv").read_text().splitlines()[-1]
    assert last.endswith(",download,,user_profiles user_tags,")


def test_a_cell_that_begins_like_a_formula_is_a_text() -> None:
    answer = pd.DataFrame({"name": ["=1+1", "@x", "-2", "plain"], "number": [-1, 2, 3, 4]})
    assert csv_of(answer).splitlines() == ["name,number", "'=1+1,-1", "'@x,2", "'-2,3", "plain,4"]


def test_a_column_has_a_page_of_what_it_means_and_is_made_of(reader: Reader) -> None:
    page = reader.get("/questions/user_profiles/age")
    assert page.status == 200
    assert "years, at the person&#39;s last birthday" in page.body
    assert "a run notes it when it publishes" in page.body
    assert reader.get("/questions/user_profiles/shoe_size").status == 409


def test_an_example_is_shown_only_of_what_is_about_nobody_or_many_share(reader: Reader) -> None:
    assert "for example: " in reader.get("/questions/landed_files/source").body
    # Three people are no crowd.
    assert "for example: " not in reader.get("/questions/user_profiles/age").body
