"""A home whose old landed files are gone has the tables of one that kept them, whatever happens to it afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from retired_shop import (
    FEW,
    bound,
    everything,
    few_days_kept,
    loaded_shop,
    make_anew,
    records,
    retire_old_days,
)
from typer.testing import CliRunner

from benchmarks.replays import load_raw
from dmp.cli import app
from dmp.defs.warehouse import REBUILD_TAG, Warehouse
from dmp.landing.accounts import AccountingError
from dmp.landing.content import chunks
from dmp.landing.contract import Contract, load_contracts
from dmp.landing.days import landed_days
from dmp.landing.readings import check_retired
from dmp.landing.retired_days import read_retired, refuse_retired
from dmp.landing.retired_rows import payload_hash
from dmp.landing.strays import account_for_strays, stray_files
from dmp.pending import pending_days
from dmp.settings import DmpError, Home, SettingsError
from dmp.upkeep import retiring
from dmp.upkeep.home_parts import backed_up
from dmp.upkeep.key_rotation import rotate
from dmp.upkeep.landing_checks import retired_days
from dmp.upkeep.retiring import make_ready, plan_retirement, retire
from dmp.warehouse import connect


@pytest.fixture(scope="module", autouse=True)
def _few_days_kept() -> Iterator[None]:
    with few_days_kept():
        yield


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A shop that keeps its files."""
    return loaded_shop(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def home(kept: Home, tmp_path: Path) -> Home:
    """A copy of it that a test may change."""
    return Home.at(shutil.copytree(kept.root, tmp_path / "home"))


@pytest.fixture(scope="module")
def once_retired(kept: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same shop with its oldest eight days retired."""
    home = Home.at(shutil.copytree(kept.root, tmp_path_factory.mktemp("retired") / "home"))
    retire_old_days(home)
    return home


@pytest.fixture
def retired(once_retired: Home, tmp_path: Path) -> Home:
    """A copy of that one."""
    return Home.at(shutil.copytree(once_retired.root, tmp_path / "retired"))


def test_a_plan_names_days_files_and_rows_and_removes_nothing(home: Home) -> None:
    before = landed_days(home.landing)
    plan = plan_retirement(home, bound(home))
    assert list(plan.days) == sorted(before)[: len(before) - FEW]
    sizes = [(home.landing / name).stat().st_size for name in plan.files]
    assert plan.byte_count == sum(sizes)
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        query = "SELECT count(*) FROM raw.shop__events WHERE landed_date <= ?"
        [[event_count]] = warehouse.execute(query, [plan.last]).fetchall()
    assert plan.row_count > event_count > 50
    assert plan.reject_count > 0
    assert not (home.landing / ".retired").exists()
    assert landed_days(home.landing) == before


def test_the_files_go_and_the_home_has_nothing_to_do(kept: Home, retired: Home) -> None:
    days = sorted(landed_days(kept.landing))
    gone = days[: len(days) - FEW]
    assert not any((retired.landing / "shop" / str(day)).exists() for day in gone)
    assert landed_days(retired.landing) == landed_days(kept.landing)
    assert pending_days(retired) is None


def test_what_is_made_anew_without_the_files_equals_what_is_made_with_them(kept: Home, retired: Home) -> None:
    make_anew(retired)
    assert everything(retired) == everything(kept)


def test_days_retired_one_after_another_give_the_same(kept: Home, home: Home) -> None:
    for before in (bound(home) - timedelta(days=3), bound(home)):
        retire(home, plan_retirement(home, before))
    assert len(read_retired(home.landing).parts("landed_files")) == 2
    assert plan_retirement(home, bound(home)).days == {}
    make_anew(home)
    assert everything(home) == everything(kept)


def test_a_late_file_in_an_open_day_is_compared_with_what_retired_days_gave(
    kept: Home, home: Home, retired: Home
) -> None:
    gone = [kept.landing / name for files in read_retired(retired.landing).days.values() for name in files]
    old = max(
        (path for path in gone if path.name.startswith("events.")), key=lambda path: path.stat().st_size
    )
    lines = sorted(b"".join(chunks(old)).splitlines(keepends=True), reverse=True)
    for place in (home, retired):
        newest = sorted(place.landing.glob("shop/*"))[-1]
        shutil.copy(old, newest / old.name.replace("events.", "events.twin."))
        (newest / "events.again.jsonl").write_bytes(b"".join(lines))
        assert load_raw(place) == "new or changed files"
    assert everything(retired) == everything(home)
    with duckdb.connect(str(retired.warehouse), read_only=True) as warehouse:
        query = "SELECT duplicate_count, notes FROM raw.landed_files WHERE source_file LIKE '%.twin.%'"
        [[duplicates, notes]] = warehouse.execute(query).fetchall()
    assert duplicates > 0
    assert notes == f"same content as {old.relative_to(kept.landing)}"


@pytest.mark.parametrize("is_known", [True, False])
def test_a_file_that_lands_into_a_retired_day_is_refused_and_stays(retired: Home, is_known: bool) -> None:
    day, files = min(read_retired(retired.landing).days.items())
    path = retired.landing / (next(iter(files)) if is_known else f"shop/{day}/events.other.jsonl")
    path.parent.mkdir()
    path.write_text("{}\n")
    [stray] = stray_files(retired.landing)
    assert f"up to {read_retired(retired.landing).last} are retired: move it into a later day" in stray.reason
    pending = pending_days(retired)
    assert pending
    assert pending.reason == "files outside of any landed day"
    make_ready(retired, day)
    assert path.exists()
    with connect(retired, retired.settings()) as connection:
        account_for_strays(connection, retired.landing)
        [[file_count, name_count]] = connection.execute(
            "SELECT count(*), count(DISTINCT source_file) FROM raw.landed_files"
        ).fetchall()
    assert file_count == name_count
    with pytest.raises(SettingsError, match="are retired: land it with a later --day"):
        refuse_retired(retired.landing, "shop", day)


def test_decisions_about_people_are_never_retired(home: Home) -> None:
    folder = home.landing / "identity_decisions" / str(min(landed_days(home.landing)))
    folder.mkdir(parents=True)
    path = folder / "decisions.d0001.jsonl"
    path.touch()
    load_raw(home)
    retire_old_days(home)
    assert path.exists()
    assert stray_files(home.landing) == []
    assert pending_days(home) is None
    before = records(home)
    path.write_text("{}\n")
    assert load_raw(home) == "new or changed files"
    assert records(home).pop("raw.rejects") != before.pop("raw.rejects")
    assert {name: rows for name, rows in records(home).items() if name.startswith("raw.shop__")} == before


def changed(contract: Contract, **changes: object) -> dict[str, Contract]:
    """The contracts, with another field `query` of the shop's events."""
    events = contract.entities["events"]
    field = events.fields["query"].model_copy(update=changes)
    entity = events.model_copy(update={"fields": {**events.fields, "query": field}})
    other = contract.model_copy(update={"entities": {**contract.entities, "events": entity}})
    return {**load_contracts(), "shop": other}


def test_a_contract_that_makes_other_columns_is_refused_one_that_accepts_others_is_not(retired: Home) -> None:
    shop = load_contracts()["shop"]
    check_retired(retired, changed(shop, required=True, max_length=7, description="what was typed"))
    with pytest.raises(DmpError, match=r"shop.yaml reads 'events' otherwise .*'field query' changed"):
        check_retired(retired, changed(shop, type="integer"))
    without = {name: contract for name, contract in load_contracts().items() if name != "shop"}
    with pytest.raises(DmpError, match="it is gone"):
        check_retired(retired, without)


def break_rows(home: Home) -> None:
    path = Path(read_retired(home.landing).parts("shop__events")[0])
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def break_record(home: Home) -> None:
    path = home.landing / ".retired" / "days.json"
    path.write_text(path.read_text().replace("shop__events", "shop__event", 1))


def lose_all(home: Home) -> None:
    shutil.rmtree(home.landing / ".retired")


@pytest.mark.parametrize("damage", [break_rows, break_record, lose_all])
def test_where_what_is_kept_is_damaged_a_rebuild_is_refused_before_anything_is_removed(
    retired: Home, damage: Callable[[Home], None]
) -> None:
    before = everything(retired)
    damage(retired)
    warehouse = Warehouse(home_path=str(retired.root))
    warehouse._settings = retired.settings()
    with pytest.raises(DmpError, match=r"\.retired.* restore .* from a backup"):
        warehouse._begin(dg.DagsterRun(job_name="daily", tags={REBUILD_TAG: "true"}))
    assert everything(retired) == before
    [finding] = retired_days(retired, is_thorough=True)
    assert finding.state == "problem"


class Killed(BaseException):
    """The end of a process, wherever it was."""


def killed(*_: object) -> None:
    raise Killed


@pytest.mark.parametrize("step", ["content_hash", "keep_retired", "remove_leftovers"])
def test_a_retirement_that_is_killed_has_removed_nothing_or_is_ended_by_the_next_run(
    once_retired: Home, home: Home, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    plan = plan_retirement(home, bound(home))
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(retiring, step, killed)
        retire(home, plan)
    assert all((home.landing / name).exists() for name in plan.files)
    assert stray_files(home.landing) == []
    assert pending_days(home) is None
    is_recorded = bool(read_retired(home.landing).days)
    assert is_recorded == (step == "remove_leftovers")
    if is_recorded:
        make_ready(home, date.max)
    else:
        retire_old_days(home)
    assert not any((home.landing / name).exists() for name in plan.files)
    assert replace(read_retired(home.landing), folder=Path()) == replace(
        read_retired(once_retired.landing), folder=Path()
    )
    check_retired(home)


def test_a_leftover_with_another_content_is_no_leftover(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_retirement(home, bound(home))
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(retiring, "remove_leftovers", killed)
        retire(home, plan)
    changed_file = home.landing / next(iter(plan.files))
    changed_file.write_text("{}\n")
    make_ready(home, date.max)
    assert [home.landing / name for name in plan.files if (home.landing / name).exists()] == [changed_file]
    assert [stray.path for stray in stray_files(home.landing)] == [changed_file]


def test_nothing_is_removed_where_rows_are_fewer_than_an_account_says(home: Home) -> None:
    plan = plan_retirement(home, bound(home))
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("DELETE FROM raw.shop__events WHERE landed_date = ?", [min(plan.days)])
    with pytest.raises(AccountingError, match="not as many as its account says"):
        retire(home, plan)
    assert all((home.landing / name).exists() for name in plan.files)
    assert pending_days(home) is None


def test_nothing_is_removed_where_a_file_is_another_than_was_planned(home: Home) -> None:
    plan = plan_retirement(home, bound(home))
    first = min(plan.days)
    other = dict.fromkeys(plan.days[first], "0" * 64)
    with pytest.raises(DmpError, match="the files changed meanwhile"):
        retire(home, replace(plan, days={**plan.days, first: other}))
    assert all((home.landing / name).exists() for name in plan.files)


def test_the_newest_days_a_file_not_loaded_and_a_refused_file_are_not_retired(home: Home) -> None:
    with pytest.raises(SettingsError, match=f"the newest 4 days stay.*--before {bound(home)}"):
        plan_retirement(home, bound(home) + timedelta(days=1))
    path = home.landing / "shop" / str(min(landed_days(home.landing))) / "unknown.jsonl"
    path.write_text("{}\n")
    with pytest.raises(DmpError, match="not up to date"):
        plan_retirement(home, bound(home))
    load_raw(home)
    with pytest.raises(DmpError, match=r"1 files were refused.*unknown\.jsonl: mend it"):
        plan_retirement(home, bound(home))


def test_the_command_shows_first_and_removes_only_when_told_to(home: Home) -> None:
    words = ["retire", "--before", str(bound(home)), "--home", str(home.root)]
    shown = CliRunner().invoke(app, words)
    assert shown.exit_code == 0
    assert "files to be removed" in shown.output
    assert "Nothing was removed. There is no way back but a backup" in shown.output
    assert read_retired(home.landing).days == {}
    assert "Removed. Every landed day before" in CliRunner().invoke(app, [*words, "--yes"]).output
    assert read_retired(home.landing).last == bound(home) - timedelta(days=1)
    assert "nothing to remove" in CliRunner().invoke(app, [*words, "--yes"]).output


def test_a_backup_holds_what_is_kept(retired: Home) -> None:
    names = {str(path.relative_to(retired.root)) for path in backed_up(retired, is_with_key=False)}
    record = read_retired(retired.landing)
    expected = {f"landing/.retired/{name}" for name in record.tables}
    expected |= {"landing/.retired/days.json", "retired.json"}
    assert expected <= names


def test_doctor_says_what_is_retired_and_another_key_is_refused(retired: Home) -> None:
    [finding] = retired_days(retired)
    assert (finding.state, finding.says.startswith("up to ")) == ("ok", True)
    with pytest.raises(SettingsError, match="has retired days"):
        rotate(retired, lambda: None)


def test_every_payload_hash_that_loading_made_is_made_again_from_the_columns(kept: Home) -> None:
    shop = load_contracts()["shop"]
    with duckdb.connect(str(kept.warehouse), read_only=True) as warehouse:
        warehouse.execute("SET TimeZone = 'UTC'")
        for name, entity in shop.entities.items():
            query = f"SELECT count(*) FROM raw.shop__{name} WHERE payload_hash <> {payload_hash(entity)}"
            assert warehouse.execute(query).fetchone() == (0,), name
