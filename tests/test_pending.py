"""What a run has to do: nothing, the days from the first change on, or all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dmp.builds import BUILD_FILE, code_version, maker, published_build
from dmp.checked_json import write_checked
from dmp.landing.days import landed_days
from dmp.pending import pending_days
from dmp.settings import Home, SettingsError
from dmp.warehouse import begin_range, begin_rebuild, finish_run, is_whole, provenance

DAYS = tuple(date(2026, 6, day) for day in (1, 2, 4))


def land(home: Home, day: date, content: str, name: str = "events.jsonl") -> Path:
    path = home.landing / "shop" / str(day) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Three landed days, all of them published."""
    home = Home.at(tmp_path)
    for day in DAYS:
        land(home, day, f"{day}\n")
    home.published.mkdir()
    landed = {str(day): files for day, files in landed_days(home.landing).items()}
    made_by = maker(home, home.settings())
    write_checked(home.published / BUILD_FILE, {**made_by, "landed_days": landed, "strays": [], "files": {}})
    for database in (home.warehouse, home.vault):
        database.write_text("tables")
    write_checked(home.provenance, {**made_by, "is_complete": True})
    return home


def change_build(home: Home, **changes: object) -> None:
    write_checked(home.published / BUILD_FILE, {**(published_build(home) or {}), **changes})


def test_where_nothing_has_landed_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"holds no landed days.*dmp demo"):
        pending_days(Home.at(tmp_path))


def test_an_up_to_date_home_has_nothing_to_do(home: Home) -> None:
    assert pending_days(home) is None


def test_a_file_that_was_only_touched_is_no_change(home: Home) -> None:
    land(home, DAYS[0], f"{DAYS[0]}\n").touch()
    assert pending_days(home) is None


def test_a_first_run_takes_every_day(home: Home) -> None:
    (home.published / BUILD_FILE).unlink()
    pending = pending_days(home)
    assert pending is not None and pending.is_rebuild
    assert (pending.first, pending.last, pending.days, pending.reason) == (
        DAYS[0],
        DAYS[-1],
        DAYS,
        "nothing is published yet",
    )


def test_a_new_day_runs_alone(home: Home) -> None:
    newest = date(2026, 6, 5)
    land(home, newest, "more\n")
    pending = pending_days(home)
    assert pending is not None and not pending.is_rebuild
    assert (pending.first, pending.last, pending.days) == (newest, newest, (*DAYS, newest))


@pytest.mark.parametrize("name", ["events.jsonl", "events.late.jsonl"])
def test_a_changed_or_added_file_runs_its_day_and_all_after_it(home: Home, name: str) -> None:
    land(home, DAYS[1], "changed\n", name)
    pending = pending_days(home)
    assert pending is not None and not pending.is_rebuild
    assert (pending.first, pending.last) == (DAYS[1], DAYS[-1])


def test_a_file_still_being_written_is_not_there_yet(home: Home) -> None:
    land(home, date(2026, 6, 5), "half a li", ".events.jsonl")
    assert pending_days(home) is None


def test_days_that_a_killed_run_began_run_again(home: Home) -> None:
    begin_range(home, DAYS[1], DAYS[2])
    pending = pending_days(home)
    assert pending is not None and not pending.is_rebuild
    assert (pending.first, pending.last) == (DAYS[1], DAYS[-1])
    assert pending.reason == "a run did not come to its end"
    assert pending.sources is None, "nobody knows what the killed run had loaded"
    finish_run(home)
    assert pending_days(home) is None


def test_days_that_a_killed_run_began_and_whose_files_are_gone_since_leave_nothing_behind(home: Home) -> None:
    begin_range(home, DAYS[1], date(2026, 6, 5))
    pending = pending_days(home)
    assert pending is not None and pending.is_rebuild
    assert pending.reason == "landed days were removed"


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"")])
@pytest.mark.parametrize("name", ["warehouse.duckdb", "vault.duckdb"])
def test_a_database_that_is_gone_or_empty_is_made_anew_from_every_landed_day(
    home: Home, name: str, spoil: Callable[[Path], None]
) -> None:
    spoil(home.root / name)
    pending = pending_days(home)
    assert pending is not None and pending.is_rebuild
    assert pending.reason == f"{name} is gone"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("published/build.json", "the published build is damaged"),
        ("warehouse.json", "a rebuild did not come to its end"),
    ],
)
def test_a_damaged_note_of_what_was_built_is_never_believed(home: Home, name: str, reason: str) -> None:
    path = home.root / name
    path.write_text(path.read_text().replace("2026-06-01", "2026-06-03").replace("true", "null"))
    pending = pending_days(home)
    assert pending is not None and pending.is_rebuild
    assert pending.reason == reason


def test_another_home_key_is_refused_unless_a_rebuild_is_asked_for(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMP_KEY", "another key")
    with pytest.raises(SettingsError, match=r"key .* is another than .*restore DMP_KEY"):
        pending_days(home)
    assert pending_days(home, rebuild=True) is not None


def test_a_damaged_index_of_fingerprints_makes_no_work(home: Home) -> None:
    index = home.landing / ".fingerprints.json"
    hashes = landed_days(home.landing)[DAYS[0]].values()
    index.write_text(index.read_text().replace(next(iter(hashes)), "0" * 64))
    assert pending_days(home) is None


def test_only_a_run_of_all_unfinished_days_makes_the_warehouse_whole_again(home: Home) -> None:
    begin_range(home, DAYS[1], DAYS[2])
    assert not is_whole(home, None)
    assert not is_whole(home, (DAYS[2], DAYS[2]))
    assert is_whole(home, (DAYS[0], DAYS[2]))


def test_a_run_knows_the_sources_that_have_or_had_files_here(home: Home) -> None:
    land(home, date(2026, 6, 5), "more\n")
    other = home.landing / "online_retail" / "2026-06-05" / "lines.parquet"
    other.parent.mkdir(parents=True)
    other.write_text("{}\n")
    pending = pending_days(home)
    assert pending is not None
    assert pending.sources == ("online_retail", "shop")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"code_version": "older"}, "the code changed"),
        ({"settings": {"threads": 64}}, "the settings changed"),
        ({"landed_days": {"2020-01-01": {}}}, "landed days were removed"),
    ],
)
def test_other_code_settings_or_a_removed_day_run_everything(home: Home, change: dict, reason: str) -> None:
    change_build(home, **change)
    pending = pending_days(home)
    assert pending is not None and pending.is_rebuild
    assert pending.reason == reason


def test_a_rebuild_runs_everything_when_asked(home: Home) -> None:
    pending = pending_days(home, rebuild=True)
    assert pending is not None and pending.is_rebuild
    assert pending.reason == "rebuild asked for"


def test_a_rebuild_that_was_killed_runs_again_from_the_first_day(shop_home_copy: Home) -> None:
    begin_rebuild(shop_home_copy, {"code_version": code_version(), "settings": {}})
    pending = pending_days(shop_home_copy)
    assert pending is not None
    assert pending.is_rebuild
    assert pending.reason == "a rebuild did not come to its end"


def test_what_the_warehouse_was_made_by_is_what_a_build_says(shop_home: Home) -> None:
    made_by, build = provenance(shop_home), published_build(shop_home)
    assert made_by is not None
    assert build is not None
    assert made_by["is_complete"]
    assert made_by["code_version"] == build["code_version"]
