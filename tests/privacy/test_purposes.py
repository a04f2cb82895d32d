"""Purposes of columns: each published one declares its own, and readers see only what was consented to."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from small_build import ANN, AS_OF, BOB, EVE, LANDED, small_home

from dmp.builds import published_build
from dmp.privacy.purposes import TablePurposes, declared_purposes, purpose_problems
from dmp.publish import publish
from dmp.published import open_published
from dmp.settings import DmpError, Home

CONSENTS = "UPDATE profiles.user_consents SET {} WHERE user_key = {}"


def warehouse(home: Home, *statements: str) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def published(home: Home, query: str) -> list[tuple]:
    publish(home, home.settings(), LANDED, AS_OF)
    with open_published(home) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Ann withholds analytics, Bob everything; Eve withholds nothing but advertising and the sensitive."""
    home = small_home(tmp_path / "home")
    warehouse(
        home,
        "ALTER TABLE profiles.user_profiles ADD COLUMN income_band VARCHAR DEFAULT 'high'",
        "ALTER TABLE profiles.user_profiles ADD COLUMN main_brand VARCHAR DEFAULT 'Elm'",
        CONSENTS.format("is_consented_analytics = false", int(ANN, 16)),
        CONSENTS.format("is_consented_analytics = false, is_consented_personalisation = false", int(BOB, 16)),
    )
    return home


def test_a_column_without_consent_is_null_and_a_person_without_any_is_not_there(home: Home) -> None:
    found = published(home, "SELECT user_id, lifecycle_stage, main_brand, income_band FROM user_profiles")
    assert sorted(found) == [(ANN, None, "Elm", None), (EVE, "acquire", "Elm", None)]


def test_rows_of_one_purpose_are_not_there_without_it(home: Home) -> None:
    assert published(home, "SELECT DISTINCT user_id FROM user_predictions") == [(EVE,)]


def test_a_row_that_names_its_purpose_needs_that_one(home: Home) -> None:
    warehouse(
        home,
        "INSERT INTO profiles.user_tags SELECT * REPLACE ('analytics' AS purpose) FROM profiles.user_tags",
    )
    assert published(home, "SELECT user_id, purpose FROM user_tags") == [(ANN, "personalisation")]


def test_sensitive_columns_need_their_own_consent(home: Home) -> None:
    warehouse(home, CONSENTS.format("is_consented_sensitive = true", int(EVE, 16)))
    found = published(home, "SELECT user_id FROM user_profiles WHERE income_band IS NOT NULL")
    assert found == [(EVE,)]


def test_a_table_without_a_purpose_stops_the_build_with_one_sentence_and_nothing_is_published(
    home: Home,
) -> None:
    warehouse(
        home, "CREATE TABLE profiles.shoe_sizes AS SELECT user_key, 41 AS size FROM profiles.user_profiles"
    )
    with pytest.raises(DmpError, match=r"shoe_sizes\.user_key declares no purpose: add"):
        published(home, "SELECT 1")
    assert published_build(home) is None


@pytest.mark.parametrize(
    ("columns", "purposes", "problem"),
    [
        (["user_key", "size"], TablePurposes(None, {"user_key": "any"}), "size declares no purpose"),
        (["user_key", "size"], TablePurposes("none"), "names people, so its purpose cannot be none"),
        (["size"], TablePurposes("analytics"), "its table names no user_key"),
        (["user_key", "size"], TablePurposes("analytics"), None),
    ],
)
def test_what_is_no_sound_declaration(
    columns: list[str], purposes: TablePurposes, problem: str | None
) -> None:
    found = purpose_problems({"shoe_sizes": columns}, {"shoe_sizes": purposes})
    assert bool(found) == bool(problem)
    assert problem is None or problem in found[0]


def test_a_word_that_is_no_purpose_is_named_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "tables.yaml"
    path.write_text("models: [{name: people, config: {meta: {purpose: marketing}}}]")
    with pytest.raises(DmpError, match=r"tables\.yaml: people: 'marketing' is none of the purposes"):
        declared_purposes([path])
