"""What two builds differ in, to the row and cell, and what made the difference."""

from __future__ import annotations

import json
import shutil
from datetime import date

import duckdb
import pytest
from small_build import AS_OF, LANDED
from typer.testing import CliRunner, Result

from dmp.builds import published_build
from dmp.cli import app
from dmp.publish import publish
from dmp.settings import Home
from dmp.upkeep.build_causes import build_causes

CHANGES = """
UPDATE profiles.user_profiles SET age = 37, region = 'Lisbon' WHERE user_key = 161;
UPDATE profiles.user_profiles SET rfm_monetary = 1 WHERE user_key = 178;
DELETE FROM profiles.user_profiles WHERE user_key = 227;
INSERT INTO profiles.user_profiles BY NAME
SELECT * REPLACE (228 AS user_key, '00000000000000e4' AS user_id) FROM profiles.user_profiles WHERE user_key = 178;
ALTER TABLE profiles.user_profiles ADD COLUMN shoe_size INTEGER;
ALTER TABLE profiles.user_profiles ALTER order_count_life TYPE VARCHAR;
INSERT INTO profiles.user_consents SELECT * REPLACE (228 AS user_key) FROM profiles.user_consents WHERE user_key = 227;
CREATE TABLE raw.unpublished AS SELECT 1 AS number;
DELETE FROM raw.rejects WHERE source_line = 5;
"""
RECORDS = """
CREATE TABLE raw.shop__events AS
SELECT identifier_key AS login_key, NULL::BIGINT AS anonymous_key, NULL::BIGINT AS device_key,
    'shop/2026-06-29/events.jsonl' AS source_file, source_line
FROM profiles.identity_map, (VALUES (1), (2)) AS lines (source_line)
WHERE user_key = 161 AND identifier_type = 'login';
INSERT INTO raw.shop__events
SELECT * REPLACE ('shop/2026-06-28/events.jsonl' AS source_file) FROM raw.shop__events;
"""
ANN, EVE, FAY = "00000000000000a1", "00000000000000e3", "00000000000000e4"


@pytest.fixture(scope="module")
def two_builds(sound_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, str, str]:
    """A home with a build, and with another one of a day later, with some changes by hand."""
    root = tmp_path_factory.mktemp("two") / "home"
    shutil.copytree(sound_home.root, root, symlinks=True)
    home = Home.at(root)
    before = (published_build(home) or {})["build_id"]
    (home.root / "settings.yaml").write_text("list_length: 7\n")
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(CHANGES + RECORDS)
    landed = {**LANDED, date(2026, 6, 29): {"shop/2026-06-29/events.jsonl": "1" * 64}}
    after = publish(home, home.settings(), landed, AS_OF)["build_id"]
    return home, before, after


def dmp(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_every_row_that_came_went_or_changed_is_counted_by_table_and_column(
    two_builds: tuple[Home, str, str],
) -> None:
    home, before, after = two_builds
    shown = dmp("diff", before, after, "--home", home.root, "--json")
    assert shown.exit_code == 0
    changes = {change["table"]: change for change in json.loads(shown.stdout)["tables"]}
    profiles = changes["user_profiles"]
    assert (profiles["added_count"], profiles["gone_count"], profiles["changed_count"]) == (1, 1, 2)
    assert profiles["changed_columns"] == {"age": 1, "region": 1, "rfm_monetary": 1}
    assert (profiles["key"], profiles["new_columns"]) == (["user_id"], ["shoe_size"])
    assert (changes["rejects"]["added_count"], changes["rejects"]["gone_count"]) == (0, 1)
    assert changes.keys() <= {"user_profiles", "rejects", "user_predictions", "user_tags"}
    assert "landed_files" not in changes


def test_the_rows_of_one_table_are_shown_cell_by_cell(two_builds: tuple[Home, str, str]) -> None:
    home, before, after = two_builds
    shown = dmp("diff", before, after, "--home", home.root, "--table", "user_profiles")
    everybody = (
        "no record of theirs landed between; for everybody: 1 landed files added; "
        "the setting list_length was 20 and is 7"
    )
    theirs = "2 records of theirs in shop/2026-06-29/events.jsonl"
    assert [line.split("\t") for line in shown.stdout.splitlines()] == [
        ["user_id", "change", "column", "before", "after", "why"],
        [ANN, "changed", "age", "36", "37", theirs],
        [ANN, "changed", "region", "Porto", "Lisbon", theirs],
        ["00000000000000b2", "changed", "rfm_monetary", "", "1", everybody],
        [EVE, "gone", "", "", "", everybody],
        [FAY, "added", "", "", "", everybody],
    ]
    shown = dmp("diff", after, before, "--home", home.root, "--table", "user_profiles", "--limit", 1)
    assert shown.stdout.splitlines()[1].startswith(f"{ANN}\tchanged\tage\t37\t36\tno record of theirs")
    with duckdb.connect(str(home.warehouse)):
        shown = dmp("diff", before, after, "--home", home.root, "--table", "user_profiles", "--json")
    assert {row["why"] for row in json.loads(shown.stdout)} == {
        "not known while a run writes to the warehouse"
    }


def test_the_difference_is_explained_by_what_made_the_builds(two_builds: tuple[Home, str, str]) -> None:
    home, before, after = two_builds
    lines = dmp("diff", before[:6], "published", "--home", home.root).stdout.splitlines()
    assert lines[0] == f"{before} as of 2026-06-28 -> {after} as of 2026-06-28"
    assert [line for line in lines if line.startswith("why: ")] == [
        "why: 1 landed files added: shop/2026-06-29/events.jsonl",
        "why: the setting list_length was 20 and is 7",
    ]


def test_a_build_differs_in_nothing_from_itself(two_builds: tuple[Home, str, str]) -> None:
    home, before, _ = two_builds
    lines = dmp("diff", before, before, "--home", home.root).stdout.splitlines()
    assert lines[1] == "why: nothing that makes a build differs: it is the same build"
    assert lines[-1].startswith("0 tables differ")


def test_code_key_time_and_decisions_are_causes_too(sound_home: Home) -> None:
    build = published_build(sound_home) or {}
    other = {
        **build,
        "code_version": "1",
        "key_fingerprint": "2",
        "as_of_date": "2026-06-30",
        "decisions": {"experiments.yaml": "3"},
        "strays": ["notes.txt"],
    }
    causes = build_causes(build, other)
    assert (causes["is_other_code"], causes["is_other_key"]) == (True, True)
    assert causes["as_of_date"] == ["2026-06-28", "2026-06-30"]
    assert causes["decisions"]["added"] == ["experiments.yaml"]
    assert causes["strays"]["added"] == ["notes.txt"]
    assert causes["landed_files"] == {"added": [], "removed": [], "changed": []}


def test_a_build_that_is_not_kept_is_wrong_use_with_those_that_are(two_builds: tuple[Home, str, str]) -> None:
    home, before, after = two_builds
    shown = dmp("diff", "ffff", after, "--home", home.root)
    assert shown.exit_code == 2
    assert before in shown.stderr
    shown = dmp("diff", before, after, "--home", home.root, "--table", "no_table")
    assert (shown.exit_code, "'no_table' is not a table of both builds" in shown.stderr) == (2, True)
