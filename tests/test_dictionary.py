"""Every published column says what it means, and the dictionary tells of nothing that is not there."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
import yaml

from dmp.dictionary.texts import FILES, column_text
from dmp.published import open_published
from dmp.settings import Home
from dmp.transformation import DBT_PROJECT

COLUMNS = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"


@pytest.fixture(scope="module")
def columns(shop_home: Home) -> Iterator[list[tuple[str, str, str | None]]]:
    with open_published(shop_home) as connection:
        yield connection.execute(COLUMNS).fetchall()


def test_every_published_column_says_what_it_means(columns: list[tuple[str, str, str | None]]) -> None:
    assert [f"{table}.{column}" for table, column, text in columns if not text] == []


def test_no_text_is_cut_at_a_comma() -> None:
    files = [*FILES, *sorted((DBT_PROJECT / "models").rglob("*.yml"))]
    tables = [table for path in files for table in (yaml.safe_load(path.read_text()) or {}).get("models", [])]
    columns = [column for table in tables for column in table.get("columns", [])]
    assert columns
    assert [column for column in columns if None in column.values()] == []


def test_a_text_of_python_tables_reaches_the_published_file(
    columns: list[tuple[str, str, str | None]],
) -> None:
    texts = {(table, column): text for table, column, text in columns}
    assert texts["user_predictions", "score_band"] == "The score in five bands, A is the highest."
    assert texts["user_segments", "user_id"] == "The person, under a pseudonymous id."
    assert str(texts["user_features", "age_is_imputed"]).startswith(
        "Whether the number of that name was missing"
    )


def test_the_dictionary_tells_of_no_column_that_is_gone(columns: list[tuple[str, str, str | None]]) -> None:
    published = {(table, column) for table, column, _ in columns}
    told = [
        (table["name"], column["name"])
        for path in FILES
        for table in yaml.safe_load(path.read_text())["models"]
        for column in table["columns"]
        if "*" not in table["name"] + column["name"]
    ]
    tables = {table for table, _ in published}
    assert {"landed_files", "segments", "user_predictions"} <= {table for table, _ in told} & tables
    assert [pair for pair in told if pair[0] in tables and pair not in published] == []


def test_a_tables_own_text_goes_before_one_of_all_tables_and_one_with_a_star() -> None:
    assert column_text("segment_sizes", "as_of_date") != column_text("segments", "as_of_date")
    assert column_text("user_features", "as_of_date") == column_text("segments", "as_of_date")
    assert column_text("no_such_table", "no_such_column") is None


def test_duckdb_shows_the_texts_beside_the_columns(shop_home: Home) -> None:
    with duckdb.connect(str(shop_home.published / "dmp.duckdb"), read_only=True) as connection:
        (text,) = connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'user_metrics' AND column_name = 'view_count_7d'"
        ).fetchone() or (None,)
    assert text == "Item pages viewed, in the last 7 days."
