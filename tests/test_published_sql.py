"""Questions from anybody: one SELECT on published tables is answered, all else is refused in one sentence."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from small_build import published_home

from dmp import published_sql
from dmp.builds import published_build
from dmp.published import open_published
from dmp.published_sql import ask, check_question
from dmp.settings import PROJECT, DmpError, Home, SettingsError

TABLES = {"user_profiles", "user_tags"}
# A small shop may be refused a model, and then has no score to ask about.
ABOUT_SCORES = {"valuable_customers_likely_to_churn", "what_moves_purchase_scores"}
QUERIES = sorted((PROJECT / "examples" / "queries").glob("*.sql"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return published_home(tmp_path_factory.mktemp("published") / "home")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-- nothing but a comment",
        "SELECT",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE user_profiles",
        "DROP TABLE user_profiles",
        "DELETE FROM user_profiles",
        "UPDATE user_profiles SET age = 1",
        "INSERT INTO user_profiles SELECT * FROM user_profiles",
        "CREATE TABLE mine AS SELECT 1",
        "CREATE TEMP MACRO mine() AS 1",
        "COPY user_profiles TO '/tmp/people.csv'",
        "EXPORT DATABASE '/tmp/people'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '900GB'",
        "PRAGMA database_list",
        "CALL duckdb_settings()",
        "EXPLAIN ANALYZE SELECT 1",
        "PREPARE mine AS SELECT 1",
        "BEGIN TRANSACTION",
        "FROM read_csv('/etc/passwd')",
        "FROM read_text('/etc/passwd')",
        "FROM '/etc/passwd'",
        "FROM glob('/*')",
        "FROM 'https://example.org/x.parquet'",
        "SELECT (SELECT path FROM duckdb_databases() LIMIT 1)",
        "FROM duckdb_databases",
        "WITH duckdb_databases AS (SELECT 1) FROM duckdb_databases",
        "WITH hidden AS MATERIALIZED (FROM duckdb_settings()) FROM hidden",
        "SELECT current_setting('secret_directory')",
        "FROM query('SELECT 1')",
        "FROM query_table('user_profiles')",
        "FROM information_schema.tables",
        "FROM pg_catalog.pg_settings",
        "FROM other.main.user_profiles",
        "SHOW DATABASES",
        "FROM users",
    ],
)
def test_whatever_is_no_select_on_published_tables_is_refused(text: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        check_question(text, TABLES)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "FROM user_profiles",
        "SELECT count(*) FROM main.user_profiles; -- and a comment",
        "WITH tagged AS (FROM user_tags) SELECT * FROM User_Profiles SEMI JOIN tagged USING (user_id)",
        "SELECT unnest([1, 2]) UNION ALL SELECT range FROM range(3)",
        "DESCRIBE user_profiles",
        "SUMMARIZE user_profiles",
        "SHOW TABLES",
    ],
)
def test_a_select_on_published_tables_is_a_question(text: str) -> None:
    check_question(text, TABLES)


def test_an_answer_keeps_its_types_and_ends_at_the_limit(home: Home) -> None:
    answer = ask(
        home, "SELECT user_id, purchase_amount_life, age FROM user_profiles ORDER BY user_id; -- people", 2
    )
    assert list(answer.columns) == ["user_id", "purchase_amount_life", "age"]
    assert [str(amount) for amount in answer["purchase_amount_life"]] == ["812.4000", "0.0000"]
    assert list(answer["age"]) == [36, None]


def test_an_empty_answer_has_its_columns(home: Home) -> None:
    assert list(ask(home, "SELECT user_id FROM user_profiles WHERE false", 5).columns) == ["user_id"]


def test_a_mistake_is_one_sentence_with_what_was_meant(home: Home) -> None:
    with pytest.raises(SettingsError, match="agee") as refusal:
        ask(home, "SELECT agee FROM user_profiles", 5)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", ["SELECT count(*) FROM range(1000000000000)", "SELECT sleep_ms(600000)"])
def test_a_question_without_end_is_stopped(home: Home, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published_sql, "START_SECONDS", 5)
    begun_at = time.monotonic()
    with pytest.raises(DmpError, match="longer than 1 s"):
        ask(home, text, 5, seconds=1)
    assert time.monotonic() - begun_at < 20


def test_a_question_that_needs_too_much_memory_is_stopped(home: Home) -> None:
    with pytest.raises(DmpError):
        ask(home, "SELECT length(repeat('x', 4200000000))", 5)


def test_nothing_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(DmpError, match="nothing is published"):
        ask(Home.at(tmp_path), "SELECT 1", 5)


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_an_example_answers_its_question(path: Path, shop_home: Home) -> None:
    text = path.read_text(encoding="utf-8")
    question = text.splitlines()[0]
    assert question.startswith("-- ")
    assert "?" in question and "\N{FULLWIDTH QUESTION MARK}" in question
    build = published_build(shop_home)
    assert build is not None
    check_question(text, build["tables"], build["macros"])
    with open_published(shop_home) as connection:
        answer = connection.execute(text)
        assert answer.description
        assert answer.fetchone() or path.stem in ABOUT_SCORES


def test_there_are_thirty_examples_and_more() -> None:
    assert len(QUERIES) >= 30
