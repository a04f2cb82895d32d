"""A home restored from before an erasure forgets whom the later home forgot, or is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dmp.builds import BUILD_FILE
from dmp.checked_json import write_checked
from dmp.cli import app
from dmp.landing.identifiers import identifier_key
from dmp.privacy.reapplying import missing_receipts, reapply
from dmp.privacy.receipts import BEGUN, DONE, begin_receipt, keep_receipt, read_receipts, suppressed_keys
from dmp.settings import DmpError, Home, SettingsError
from dmp.upkeep.backup import back_up

EVENT = '{{"event_id":"e{}","event_type":"view","occurred_at":"2024-03-01T10:00:00Z","user_id":"{}"}}\n'


def published(home: Home) -> Home:
    folder = home.builds / "0123"
    folder.mkdir(parents=True)
    build = {"build_id": "0123", "as_of_date": "2024-03-01", "key_fingerprint": home.key_fingerprint}
    write_checked(folder / BUILD_FILE, build)
    home.published.symlink_to("builds/0123")
    return home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which ann, bob and carl are still there."""
    home = published(Home.at(tmp_path / "home"))
    path = home.landing / "shop" / "2024-03-01" / "events.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("".join(EVENT.format(number, name) for number, name in enumerate(("ann", "bob", "carl"))))
    return home


@pytest.fixture
def later(tmp_path: Path) -> Home:
    """The same home later: ann was erased, then carl."""
    later = published(Home.at(tmp_path / "later"))
    for name in ("ann", "carl"):
        receipt = begin_receipt(
            later, [identifier_key(later.key(), "shop_login", name)], "0123", {"people": 1}
        )
        keep_receipt(later, {**receipt, "state": DONE, "done_at": "2026-01-01", "build_after": "4567"})
    return later


def test_whom_the_later_home_erased_is_erased_with_one_rebuild(home: Home, later: Home) -> None:
    seen = []

    def rebuild() -> None:
        landed = (home.landing / "shop" / "2024-03-01" / "events.jsonl").read_text()
        seen.append((landed, {receipt["state"] for receipt in read_receipts(home)}))

    reapply(home, missing_receipts(home, later), rebuild)
    assert seen == [(EVENT.format(1, "bob"), {BEGUN})]
    assert suppressed_keys(home) == suppressed_keys(later)
    assert {receipt["state"] for receipt in read_receipts(home)} == {DONE}
    assert {receipt["build_after"] for receipt in read_receipts(home)} == {"0123"}
    assert missing_receipts(home, later) == []


def test_a_home_with_another_key_has_a_list_that_names_nobody_here(
    home: Home, later: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMP_KEY", "another")
    with pytest.raises(SettingsError, match="names nobody here"):
        missing_receipts(home, later)


def test_a_file_that_cannot_be_read_may_hold_them_and_stops_it(home: Home, later: Home) -> None:
    (home.landing / "shop" / "2024-03-01" / "orders.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(DmpError, match="may hold erased people"):
        reapply(home, missing_receipts(home, later), lambda: pytest.fail("it was rebuilt"))


def test_a_restore_whose_erasures_did_not_end_leaves_no_home(
    home: Home, later: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(_: Home) -> None:
        raise DmpError("the rebuild stopped")

    monkeypatch.setattr("dmp.privacy.commands.rebuild", stops)
    back_up(home, tmp_path / "home.tar")
    arguments = ["restore", str(tmp_path / "home.tar"), "--home", str(tmp_path / "new")]
    shown = CliRunner().invoke(app, [*arguments, "--suppressions", str(later.root)])
    assert (shown.exit_code, "the rebuild stopped" in shown.stderr) == (1, True)
    assert not (tmp_path / "new").exists()
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert "carl" in (tmp_path / "new" / "landing" / "shop" / "2024-03-01" / "events.jsonl").read_text()
