"""What is damaged is noticed, named and made whole again by the next run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections import namedtuple
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from small_build import ANN, AS_OF, LANDED, published_home
from typer.testing import CliRunner, Result

from dmp.builds import damaged_files
from dmp.checked_json import DamagedFileError, read_checked, write_checked
from dmp.cli import app
from dmp.healing import is_damaged, mend
from dmp.pending import pending_days
from dmp.publish import publish
from dmp.published import published
from dmp.settings import DmpError, Home, Settings, SettingsError
from dmp.warehouse import exclusive


def flip(path: Path, place: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 4
    path.write_bytes(content)


def dmp(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return published_home(tmp_path / "home")


def test_a_note_is_read_as_it_was_written_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    assert read_checked(path) is None
    write_checked(path, {"first": "2026-06-01", "is_complete": True})
    assert read_checked(path) == {"first": "2026-06-01", "is_complete": True}
    path.write_text(path.read_text().replace("06-01", "06-02"))
    with pytest.raises(DamagedFileError, match=r"note.json is damaged"):
        read_checked(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{}", b'{"checksum": "0"}'])
def test_what_is_no_note_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "note.json").write_bytes(content)
    with pytest.raises(DamagedFileError):
        read_checked(tmp_path / "note.json")


@pytest.mark.parametrize("name", ["dmp.duckdb", "parquet/user_profiles/part-0.parquet", "build.json"])
def test_a_damaged_published_file_is_found_and_published_anew(home: Home, name: str) -> None:
    path = home.published.resolve() / name
    whole = path.read_bytes()
    flip(path)
    assert damaged_files(home.published.resolve()) == [path]
    build = publish(home, home.settings(), LANDED, AS_OF)
    assert damaged_files(home.published.resolve()) == []
    assert home.published.resolve().name == build["build_id"]
    if path.suffix != ".duckdb":
        assert path.read_bytes() == whole


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b"x" * 5000), lambda path: path.unlink()])
def test_a_reader_of_a_damaged_build_is_told_in_one_sentence_what_to_type(
    home: Home, spoil: Callable[[Path], None]
) -> None:
    spoil(home.published / "dmp.duckdb")
    for shown in (
        dmp("profile", ANN, "--home", home.root),
        dmp("sql", "FROM user_tags", "--home", home.root),
    ):
        assert (shown.exit_code, shown.stdout) == (1, "")
        assert "the published build is damaged: `dmp run" in shown.stderr


def test_a_damaged_note_of_a_build_is_one_sentence_too(home: Home) -> None:
    flip(home.published / "build.json")
    for command in (("profile", ANN), ("sql", "FROM user_tags")):
        shown = dmp(*command, "--home", home.root)
        assert (shown.exit_code, shown.stdout) == (1, "")
        assert "damaged: `dmp run" in shown.stderr


@pytest.mark.parametrize("query", ["SELECT shoe_size FROM user_tags", "FROM user_shoes"])
def test_a_reader_who_knows_more_than_the_build_is_told_that_another_version_made_it(
    home: Home, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(duckdb.Error), published(home) as build:
        build.rows("user_tags", query)
    monkeypatch.setattr("dmp.published.code_version", lambda: "another")
    with pytest.raises(DmpError, match=r"another version of the platform.*dmp run"), published(home) as build:
        build.rows("user_tags", query)


def test_status_says_that_published_files_are_damaged(shop_home_copy: Home) -> None:
    assert pending_days(shop_home_copy) is None
    flip(shop_home_copy.published / "parquet/user_tags/part-0.parquet")
    shown = dmp("status", "--home", shop_home_copy.root)
    assert shown.exit_code == 0
    assert "published files are damaged" in shown.stdout


def test_a_build_and_what_it_says_of_itself_are_one_whatever_is_published_meanwhile(home: Home) -> None:
    with published(home) as build:
        publish(home, home.settings(), {AS_OF: {"file": "other"}}, AS_OF)
        (row,) = build.rows("user_tags", "SELECT min(build_id) AS build_id FROM user_tags")
        assert row["build_id"] == build.build["build_id"]


@pytest.mark.parametrize("place", [0.001, 0.3, 0.9])
def test_a_damaged_warehouse_is_noticed_and_removed_so_that_the_landing_makes_it_anew(
    shop_home_copy: Home, place: float
) -> None:
    assert mend(shop_home_copy) == []
    content = bytearray(shop_home_copy.warehouse.read_bytes())
    content[int(len(content) * place) :] = bytes(len(content) - int(len(content) * place))
    shop_home_copy.warehouse.write_bytes(content)
    (said,) = mend(shop_home_copy)
    assert "warehouse.duckdb was damaged" in said
    pending = pending_days(shop_home_copy)
    assert pending is not None and pending.is_rebuild


def test_a_damaged_vault_stays_and_its_owner_is_told_what_to_do(home: Home) -> None:
    home.vault.write_bytes(b"no database")
    with pytest.raises(
        DmpError, match=r"vault.duckdb is damaged: restore it, or remove it and `dmp run --rebuild"
    ):
        mend(home)
    assert home.vault.exists()


def test_a_database_that_another_process_holds_is_not_taken_for_damaged(home: Home) -> None:
    with duckdb.connect(str(home.warehouse)):
        assert not is_damaged(home.warehouse)


def test_a_damaged_model_is_removed_and_a_sound_one_stays(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    for version in ("sound", "spoilt"):
        folder = home.models / "purchase_30d" / version
        folder.mkdir(parents=True)
        (folder / "model.txt").write_text("tree")
        digest = hashlib.sha256(b"tree").hexdigest()
        (folder / "manifest.json").write_text(json.dumps({"sha256": {"model.txt": digest}}))
    flip(home.models / "purchase_30d" / "spoilt" / "model.txt")
    (said,) = mend(home)
    assert "spoilt was damaged: the model is learned again" in said
    assert [path.name for path in (home.models / "purchase_30d").iterdir()] == ["sound"]


def test_a_damaged_record_of_runs_begins_anew(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    index = home.dagster / "history" / "index.db"
    index.parent.mkdir(parents=True)
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("CREATE TABLE runs AS SELECT 1 AS run_id")
        connection.commit()
    assert mend(home) == []
    index.write_bytes(b"x" * 4096)
    (said,) = mend(home)
    assert "record of earlier runs begins anew" in said
    assert not index.exists()


def test_an_empty_key_is_never_used_and_a_key_is_made_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DMP_KEY")
    home = Home.at(tmp_path)
    assert home.key() == home.key() != b""
    (tmp_path / "secrets" / "key").write_text("")
    with pytest.raises(SettingsError, match="is empty: restore it"):
        home.key()


def test_an_error_that_nobody_foresaw_is_one_line_and_says_how_to_learn_more(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("five\nlines")

    monkeypatch.setattr("dmp.portrait.read_portrait", fail)
    monkeypatch.setenv("DMP_DEBUG", "")
    shown = dmp("profile", ANN, "--home", home.root)
    assert shown.exit_code == 1
    assert shown.stderr == "error: ValueError: five lines (`dmp --debug ...` shows where)\n"
    shown = dmp("--debug", "profile", ANN, "--home", home.root)
    assert isinstance(shown.exception, ValueError)


def test_one_process_may_enter_the_lock_again(home: Home) -> None:
    with exclusive(home), exclusive(home, lambda: pytest.fail("it waited for itself")):
        pass
    with exclusive(home, lambda: pytest.fail("the lock was never freed")):
        pass


def test_a_build_that_is_forgotten_while_it_is_opened_is_never_read_as_an_empty_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(path: Path) -> dict | None:
        if path.exists():
            monkeypatch.undo()
            monkeypatch.setenv("DMP_KEY", "the tests have no secrets")
            publish(home, Settings(builds_kept=1), {AS_OF: {"file": "other"}}, AS_OF)
        return read_checked(path)

    before = home.published.resolve().name
    monkeypatch.setattr("dmp.published.read_checked", forgetful)
    with published(home) as build:
        assert build.build["build_id"] == home.published.resolve().name != before
        assert build.account()["record_count"] == 12


def test_a_full_disk_is_said_to_be_full_and_nothing_is_taken_for_damaged(
    shop_home_copy: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("IO Error: Could not write file: No space left on device")

    monkeypatch.setattr("dmp.run_report.run_with_progress", fails)
    monkeypatch.setattr("shutil.disk_usage", lambda path: namedtuple("usage", "free")(0))
    shown = dmp("run", "--rebuild", "--home", shop_home_copy.root)
    assert shown.exit_code == 1
    assert f"The disk of {shop_home_copy.root} is full: make room, then `dmp run" in shown.stderr
    assert shop_home_copy.warehouse.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_build_for_which_there_is_no_room_leaves_readers_the_one_before(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=True)
    try:
        home = published_home(disk / "home")
        current = home.published.resolve()
        filler = disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(disk).free - 200_000))
        with pytest.raises((duckdb.Error, OSError), match="No space left"):
            publish(home, home.settings(), {AS_OF: {"file": "other"}}, AS_OF)
        assert home.published.resolve() == current
        assert [path.name for path in home.builds.iterdir()] == [current.name]
        with published(home) as build:
            assert build.rows("user_tags", "FROM user_tags")
        filler.unlink()
        publish(home, home.settings(), {AS_OF: {"file": "other"}}, AS_OF)
        assert home.published.resolve() != current
    finally:
        subprocess.run(["umount", disk], check=True)
