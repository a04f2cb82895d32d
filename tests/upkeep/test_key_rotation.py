"""A rotation of the key: everybody under another id, the same people, and nobody back who was erased."""

from __future__ import annotations

import csv
import json
import stat
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dmp.audiences.erasing import exported_rows, forget_exported
from dmp.builds import BUILD_FILE
from dmp.checked_json import write_checked
from dmp.landing.contract import load_contracts
from dmp.landing.identifiers import identifier_key
from dmp.landing.loading import load_landed_days
from dmp.privacy.receipts import DONE, begin_receipt, keep_receipt, retired_hashes, suppressed_keys
from dmp.published_names import id_of
from dmp.settings import DmpError, Home, SettingsError, fingerprint_of
from dmp.upkeep.key_rotation import rotate
from dmp.upkeep.leftover_checks import leftovers

DAY = date(2024, 3, 1)
EVENT = (
    '{{"event_id":"e{}","event_type":"view","occurred_at":"2024-03-01T10:00:00Z",'
    '"user_id":"{}","anonymous_id":"{}"}}\n'
)
# Whoever has a login is known by it; the tests need a map, not how it is made.
MAP = """
CREATE SCHEMA IF NOT EXISTS profiles;
CREATE OR REPLACE TABLE profiles.identity_map AS
SELECT identifier_key, lower(lpad(to_hex(identifier_key), 16, '0')) AS identifier_id,
    lower(lpad(to_hex(login_key), 16, '0')) AS user_id, login_key AS user_key
FROM (SELECT *, login_key AS own_key FROM raw.shop__events)
UNPIVOT (identifier_key FOR kind IN (anonymous_key, own_key))
"""


def build(home: Home) -> None:
    """Make warehouse, vault and build of what has landed, as little of them as a rotation reads."""
    home.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(home.warehouse)) as connection:
        load_landed_days(
            connection,
            home.vault,
            home.landing,
            load_contracts()["shop"],
            first=DAY,
            last=DAY,
            key=home.key(),
        )
        connection.execute(MAP)
    home.builds.mkdir(exist_ok=True)
    write_checked(home.builds / BUILD_FILE, {"build_id": "0123", "key_fingerprint": home.key_fingerprint})
    if not home.published.exists():
        home.published.symlink_to("builds")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Two people, each with a browser; the key is in a file."""
    monkeypatch.delenv("DMP_KEY")
    monkeypatch.setattr("dmp.upkeep.key_rotation.pending_days", lambda _: None)
    home = Home.at(tmp_path)
    home.make_key("the first key")
    path = home.landing / "shop" / str(DAY) / "events.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(EVENT.format(1, "ann", "cookie-1") + EVENT.format(2, "bob", "cookie-2"))
    build(home)
    return home


def user_id(key: bytes, name: str) -> str:
    return id_of(identifier_key(key, "shop_login", name))


def test_everybody_has_another_id_and_a_file_says_which(home: Home) -> None:
    old = home.key()
    path = rotate(home, lambda: build(home))
    new = home.key()
    assert new != old
    assert (home.retired_keys / fingerprint_of(old)).read_bytes() == old
    assert {stat.S_IMODE(file.stat().st_mode) for file in (home.key_file, path)} == {0o600}
    with path.open() as file:
        pairs = {row["old_user_id"]: row["new_user_id"] for row in csv.DictReader(file)}
    assert pairs == {user_id(old, name): user_id(new, name) for name in ("ann", "bob")}
    assert not home.key_file.with_name("rotation").exists()
    with duckdb.connect(str(home.vault)) as vault:
        assert vault.execute("SELECT count(*) FROM identifiers").fetchall() == [(4,)]


def test_a_rotation_that_was_stopped_is_told_of_and_ended_by_typing_it_again(home: Home) -> None:
    old = home.key()

    def stops() -> None:
        raise DmpError("no room")

    with pytest.raises(DmpError, match="no room"):
        rotate(home, stops)
    new = home.key()
    assert [finding.says for finding in leftovers(home)] == ["a rotation of the key did not come to its end"]
    path = rotate(home, lambda: build(home))
    assert home.key() == new, "not a third one"
    assert f"{user_id(old, 'ann')},{user_id(new, 'ann')}" in path.read_text()


def test_who_was_erased_stays_erased(home: Home) -> None:
    old = home.key()
    hashes = [identifier_key(old, "shop_login", "eve")]
    keep_receipt(home, {**begin_receipt(home, hashes, None, {}), "state": DONE})
    rotate(home, lambda: build(home))
    assert (suppressed_keys(home), retired_hashes(home)) == (frozenset(), {old: frozenset(hashes)})


def test_decisions_about_people_name_them_under_their_new_ids(home: Home) -> None:
    old = home.key()
    ids = (user_id(old, "ann"), user_id(old, "bob"))
    line = {
        "decision_id": "d0001",
        "identifier_id": ids[0],
        "other_identifier_id": ids[1],
        "reason": "sisters",
    }
    folder = home.landing / "identity_decisions" / str(DAY)
    folder.mkdir(parents=True)
    (folder / "decisions.d0001.jsonl").write_text(f"{json.dumps(line)}\n")
    rotate(home, lambda: build(home))
    again = json.loads((folder / "decisions.d0001.jsonl").read_text())
    new = {"identifier_id": user_id(home.key(), "ann"), "other_identifier_id": user_id(home.key(), "bob")}
    assert again == {**line, **new}


def test_decisions_are_renamed_also_where_a_run_took_the_new_key_before_the_rotation_ended(
    home: Home,
) -> None:
    old = home.key()
    path = home.landing / "identity_decisions" / str(DAY) / "decisions.d0001.jsonl"
    path.parent.mkdir(parents=True)

    def stops() -> None:
        # As a kill before the decisions were renamed, and a rebuild typed by hand after it.
        path.write_text(json.dumps({"identifier_id": user_id(old, "ann")}))
        build(home)
        raise DmpError("killed")

    with pytest.raises(DmpError, match="killed"):
        rotate(home, stops)
    rebuilt = []
    rotate(home, lambda: rebuilt.append(build(home)))
    assert (len(rebuilt), json.loads(path.read_text())) == (1, {"identifier_id": user_id(home.key(), "ann")})


def test_an_erasure_finds_exports_made_under_the_old_id(home: Home) -> None:
    old = home.key()
    home.exports.mkdir()
    export = home.exports / "audience.csv"
    export.write_text(f"user_id\n{user_id(old, 'ann')}\n{user_id(old, 'bob')}\n")
    path = rotate(home, lambda: build(home))
    keys = [identifier_key(home.key(), "shop_login", "ann")]
    assert exported_rows(home, keys, []) == {"audience.csv": 1, path.name: 1}
    forget_exported(home, keys, [])
    assert export.read_text() == f"user_id\n{user_id(old, 'bob')}\n"
    assert user_id(home.key(), "ann") not in path.read_text()


def test_what_a_rotation_would_break_is_refused_before_anything_changes(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = home.key()
    home.experiments.write_text("experiments: []\n")
    with pytest.raises(SettingsError, match="--redraw-experiments"):
        rotate(home, lambda: None)
    home.experiments.unlink()
    begin_receipt(home, [1], None, {})
    with pytest.raises(DmpError, match="was stopped: end it first"):
        rotate(home, lambda: None)
    monkeypatch.setenv("DMP_KEY", "from the environment")
    with pytest.raises(SettingsError, match="unset the variable first"):
        rotate(home, lambda: None)
    assert home.key_file.read_bytes() == key
    assert not home.key_file.with_name("rotation").exists()
