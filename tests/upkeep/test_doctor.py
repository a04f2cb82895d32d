"""What the doctor says of a home that is in order, and of each thing that is not."""

from __future__ import annotations

import json
import os
import time
from collections import namedtuple
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dmp.cli import app
from dmp.privacy.receipts import begin_receipt
from dmp.settings import Home
from dmp.upkeep.cause import Cause, EndedRun
from dmp.upkeep.doctor import diagnose
from dmp.upkeep.finding import Finding
from dmp.upkeep.landing_checks import landing
from dmp.upkeep.leftover_checks import leftovers, writer
from dmp.upkeep.machine_checks import byte_count, libraries, machine
from dmp.upkeep.run_checks import last_run
from dmp.upkeep.settings_checks import home_key, settings_file
from dmp.upkeep.storage_checks import databases, rights, room
from dmp.warehouse import begin_range, exclusive, finish_run


def states(findings: Iterator[Finding]) -> dict[str, str]:
    """Return the worst state of each subject."""
    order = ["ok", "warning", "problem"]
    found: dict[str, str] = {}
    for finding in findings:
        found[finding.subject] = max(found.get(finding.subject, "ok"), finding.state, key=order.index)
    return found


def only(findings: Iterator[Finding], state: str) -> Finding:
    """Return the one finding that stands so."""
    (found,) = [finding for finding in findings if finding.state == state]
    return found


def test_a_home_without_a_time_zone_is_told_in_which_its_days_are_read(home: Home) -> None:
    assert "UTC" in only(settings_file(home), "warning").says
    (home.root / "settings.yaml").write_text("time_zone: Asia/Tokyo\n")
    assert states(settings_file(home)) == {"settings": "ok", "time zone": "ok"}


@pytest.mark.parametrize(
    ("text", "subject"),
    [("threads: many\n", "settings"), ("- no mapping\n", "settings"), ("time_zone: Tokio\n", "time zone")],
)
def test_settings_that_cannot_be_meant_are_a_problem(home: Home, text: str, subject: str) -> None:
    (home.root / "settings.yaml").write_text(text)
    found = only(settings_file(home), "problem")
    assert found.subject == subject
    assert "settings.yaml" in str(found.next)


def test_a_key_that_others_may_read_is_a_problem(home: Home) -> None:
    home.make_key("a key")
    assert "key file" not in states(home_key(home))
    (home.root / "secrets" / "key").chmod(0o640)
    assert only(home_key(home), "problem").next == f"chmod 600 {home.root}/secrets/key"


def test_a_lost_key_is_a_problem_and_none_is_made_in_its_place(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DMP_KEY")
    assert only(home_key(home), "problem").subject == "key"
    assert not (home.root / "secrets" / "key").exists()
    assert "landing" in states(landing(home))
    assert not (home.root / "secrets" / "key").exists()


def test_another_key_than_that_of_the_published_build_is_a_problem(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMP_KEY", "another")
    assert "another key" in only(home_key(home), "problem").says


def test_who_writes_to_a_home_is_named_and_what_they_write_is_no_leftover(home: Home) -> None:
    begin_range(home, date(2026, 6, 1), date(2026, 6, 2))
    with exclusive(home):
        (found,) = writer(home)
        assert found.says == f"process {os.getpid()} writes to this home now"
        assert states(leftovers(home)) == {"leftovers": "ok"}
    (found,) = writer(home)
    assert found.says == "nobody writes to this home"
    assert states(leftovers(home)) == {"leftovers": "warning"}


def test_every_kind_of_leftover_is_told_of(home: Home) -> None:
    finish_run(home)
    assert states(leftovers(home)) == {"leftovers": "ok"}
    begin_range(home, date(2026, 6, 1), date(2026, 6, 2))
    (home.builds / ".0123").mkdir()
    home.verification.mkdir()
    begin_receipt(home, [1, 2], None, {})
    forgotten = home.landing / "shop" / "2026-06-28" / ".events.jsonl"
    forgotten.parent.mkdir(parents=True)
    forgotten.write_text("{")
    said = [finding.says for finding in leftovers(home)]
    assert "2026-06-01 to 2026-06-02" in said[0]
    assert ".0123" in said[1]
    assert "verification" in said[2]
    assert "was stopped" in said[3]
    assert len(said) == 4, "a delivery of today is still on its way"
    os.utime(forgotten, (0, time.time() - 90_000))
    assert "shop/2026-06-28/.events.jsonl" in list(leftovers(home))[4].says


def test_too_little_room_for_a_rebuild_is_a_warning(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(room(home)) == {"disk": "ok"}
    monkeypatch.setattr("shutil.disk_usage", lambda path: namedtuple("usage", "free")(1000))
    assert only(room(home), "warning").says.startswith("1 KB free")


def test_what_no_run_may_write_or_read_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(rights(home)) == {"rights": "ok"}
    monkeypatch.setattr("os.access", lambda path, right: right != os.W_OK or path != home.warehouse)
    assert only(rights(home), "problem").says == f"no run may write {home.warehouse}"


def test_a_damaged_vault_is_a_problem_with_a_way_out(home: Home) -> None:
    home.vault.write_bytes(b"no database")
    found = only(databases(home), "problem")
    assert found.says == "vault.duckdb is damaged"
    assert "restore" in str(found.next)


def test_a_thorough_look_reads_every_published_file(home: Home) -> None:
    path = home.published.resolve() / "parquet" / "user_tags" / "part-0.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert states(databases(home)) == {"databases": "ok"}
    found = only(databases(home, is_thorough=True), "problem")
    assert str(path) in found.says
    assert found.next == f"dmp run --home {home.root}"


def test_files_that_landed_since_the_build_are_counted(home: Home) -> None:
    path = home.landing / "shop" / "2026-06-29" / "events.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("{}\n")
    (home.landing / "notes.txt").write_text("stray")
    found = {finding.subject: finding for finding in landing(home)}
    assert found["landing"].says == "1 files are not loaded yet: shop/2026-06-29/events.jsonl"
    assert found["published"].says == "as of 2026-06-28, the newest landed day is 2026-06-29"
    assert found["strays"].says.startswith("1 files are not read: notes.txt")
    assert {found[name].state for name in ("landing", "published", "strays")} == {"warning"}


def test_more_memory_than_the_machine_has_is_a_warning(home: Home) -> None:
    assert (byte_count("2GB"), byte_count("1.5 GiB"), byte_count("80%")) == (2e9, 1.5 * 2**30, None)
    assert states(machine(home))["memory"] == "ok"
    (home.root / "settings.yaml").write_text("memory_limit: 900TB\n")
    assert states(machine(home))["memory"] == "warning"


def test_a_library_of_another_version_than_the_lock_is_named(home: Home, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "duckdb==0.0.1 \\\n    --hash=sha256:00\ngone==1 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
    )
    (found,) = libraries(home, lock)
    assert found.state == "warning"
    assert found.says.startswith("1 of 2 differ from requirements.lock: duckdb ")
    assert found.says.endswith(" instead of 0.0.1")


def test_where_the_last_run_stopped_is_a_problem_with_the_next_command(home: Home) -> None:
    ended = datetime(2026, 6, 28, 6, tzinfo=UTC)
    well, ill = (
        EndedRun("0", "daily", ended, causes) for causes in ((), (Cause("user_tags: x", "y", True),))
    )
    assert states(last_run(home, lambda _: well)) == {"last run": "ok"}
    found = only(last_run(home, lambda _: ill), "problem")
    assert found.subject == "gate"
    assert str(found.next).startswith(f"dmp run --home {home.root} ")
    assert found.says == "daily of 2026-06-28 06:00 UTC stopped at user_tags: x: y"


def test_what_cannot_be_looked_at_is_a_problem_and_the_rest_is_looked_at(home: Home) -> None:
    def fails(_: Home) -> EndedRun:
        raise OSError("the record is damaged")

    found = {finding.subject: finding for finding in diagnose(home, fails)}
    assert found["last run"].state == "problem"
    assert "could not be looked at: OSError: the record is damaged" in found["last run"].says
    assert {"system", "settings", "key", "disk", "lock", "databases", "landing"} <= found.keys()


def test_the_command_ends_with_1_where_there_is_a_problem(home: Home) -> None:
    shown = CliRunner().invoke(app, ["doctor", "--home", str(home.root)])
    assert (shown.exit_code, shown.stdout.splitlines()[-1].startswith("1 problems")) == (1, True), (
        "nothing landed"
    )
    path = home.landing / "shop" / "2026-06-28" / "events.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("{}\n")
    shown = CliRunner().invoke(app, ["doctor", "--json", "--home", str(home.root)])
    assert shown.exit_code == 0
    assert {"subject", "state", "says", "next"} == set(json.loads(shown.stdout)[0])
