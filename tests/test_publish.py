"""Publishing: whole builds, swapped at once, without inner keys, and safe to hand to anybody."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from small_build import ANN, AS_OF, LANDED, published_home, small_home

from dmp.builds import published_build
from dmp.publish import publish
from dmp.published import open_published
from dmp.settings import DmpError, Home, Settings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return published_home(tmp_path / "home")


def publish_again(home: Home, content: str, **settings: int) -> str:
    build = publish(home, Settings(**settings), {AS_OF: {"file": content}}, AS_OF)
    return build["build_id"]


def test_a_build_says_what_it_is_made_of(home: Home) -> None:
    build = published_build(home)
    assert build is not None
    assert build["as_of_date"] == "2026-06-28"
    assert build["landed_days"] == {"2026-06-28": LANDED[AS_OF]}
    assert build["tables"]["user_profiles"] == 3
    assert home.published.resolve().name == build["build_id"]


def test_where_nothing_is_published_a_reader_is_told_what_to_do(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    assert published_build(home) is None
    with pytest.raises(DmpError, match=r"nothing is published .*dmp run"):
        open_published(home)


def test_people_leave_under_their_pseudonymous_id_and_no_inner_key_leaves(home: Home) -> None:
    with open_published(home) as connection:
        names = connection.execute(
            "SELECT DISTINCT column_name FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        assert not [name for (name,) in names if name.endswith("_key")]
        assert connection.execute("SELECT user_id FROM prediction_parts").fetchall() == [(ANN,), (ANN,)]


def test_inner_tables_stay_inside(home: Home) -> None:
    build = published_build(home)
    assert build is not None
    assert {"int_events", "identity_map_history"}.isdisjoint(build["tables"])


def test_descriptions_of_columns_are_published_with_them(home: Home) -> None:
    with open_published(home) as connection:
        found = connection.execute(
            "SELECT comment FROM duckdb_columns() WHERE column_name = 'age'"
        ).fetchone()
    assert found == ("years, at the person's last birthday",)


def test_every_table_is_there_as_parquet_too(home: Home) -> None:
    build = published_build(home)
    assert build is not None
    # A connection of its own: others may have left a result unread on the module's one.
    with duckdb.connect() as connection:
        for table, count in build["tables"].items():
            files = str(home.published / "parquet" / table / "*.parquet")
            counted = connection.execute("SELECT count(*) FROM read_parquet(?)", [files]).fetchall()
            assert counted == [(count,)], table


def test_the_same_input_is_the_same_build_and_is_left_as_it_is(home: Home) -> None:
    before = (home.published / "dmp.duckdb").stat()
    publish(home, home.settings(), LANDED, AS_OF)
    after = (home.published / "dmp.duckdb").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize(
    ("landed", "settings"),
    [
        ({AS_OF: {"file": "other"}}, Settings()),
        ({date(2026, 6, 27): LANDED[AS_OF]}, Settings()),
        (LANDED, Settings(threads=1)),
    ],
)
def test_other_content_day_or_settings_are_another_build(
    home: Home, landed: dict, settings: Settings
) -> None:
    before = published_build(home)
    assert before is not None
    assert publish(home, settings, landed, AS_OF)["build_id"] != before["build_id"]


def test_a_connected_reader_keeps_its_build_and_the_next_one_sees_the_new(home: Home) -> None:
    with open_published(home) as reader:
        with duckdb.connect(str(home.warehouse)) as connection:
            connection.execute("DELETE FROM profiles.user_profiles WHERE user_key <> 161")
        publish_again(home, "second")
        assert reader.execute("SELECT count(*) FROM user_profiles").fetchone() == (3,)
    with open_published(home) as reader:
        assert reader.execute("SELECT count(*) FROM user_profiles").fetchone() == (1,)


def test_old_builds_and_what_a_stopped_run_left_are_forgotten(home: Home) -> None:
    (home.builds / ".unfinished").mkdir()
    made = [publish_again(home, content, builds_kept=2) for content in ("second", "third")]
    assert sorted(path.name for path in home.builds.iterdir()) == sorted(made)
    assert home.published.resolve().name == made[-1]


def test_a_failure_leaves_the_published_build_as_it_was(home: Home) -> None:
    before = home.published.resolve()
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("DROP TABLE raw.rejects")
    with pytest.raises(duckdb.Error):
        publish_again(home, "second")
    assert home.published.resolve() == before
    assert json.loads((home.published / "build.json").read_text())["tables"]["rejects"] == 2


def test_the_order_of_rows_in_the_warehouse_changes_nothing(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        home = small_home(tmp_path / name)
        with duckdb.connect(str(home.warehouse)) as connection:
            direction = "DESC" if name == "two" else "ASC"
            connection.execute(
                "CREATE OR REPLACE TABLE profiles.user_profiles AS "
                f"FROM profiles.user_profiles ORDER BY user_key {direction}"
            )
        publish(home, home.settings(), LANDED, AS_OF)
        contents.append((home.published / "parquet" / "user_profiles" / "part-0.parquet").read_bytes())
    assert contents[0] == contents[1]


def test_one_process_may_hold_readers_with_different_limits(home: Home) -> None:
    endless = "SELECT count(*) FROM range(1000000000000)"
    with open_published(home) as patient, open_published(home, milliseconds=200) as hasty:
        with pytest.raises(duckdb.InterruptException):
            hasty.execute(endless)
        assert patient.execute("SELECT count(*) FROM user_profiles").fetchone() == (3,)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM user_profiles",
        "CREATE TABLE mine AS SELECT 1",
        "SET threads = 8",
        "SET enable_external_access = true",
        "FROM read_csv('/etc/passwd')",
        "FROM '/etc/passwd'",
        "COPY user_profiles TO '/tmp/people.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "FROM read_parquet('https://example.org/x.parquet')",
    ],
)
def test_a_reader_can_write_nothing_and_leave_nowhere(home: Home, statement: str) -> None:
    with open_published(home) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement)
