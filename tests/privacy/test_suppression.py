"""Later records of erased people are counted and never stored, wherever their identifier stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from dmp.landing.accounts import FileAccount
from dmp.landing.contract import load_contracts
from dmp.landing.identifiers import identifier_key
from dmp.landing.loading import load_landed_days
from dmp.privacy.receipts import (
    begin_receipt,
    keep_receipt,
    read_receipts,
    retired_hashes,
    stamp_receipts,
    suppressed_keys,
)
from dmp.published_names import id_of
from dmp.settings import DmpError, Home, fingerprint_of

EVENT = '{{"event_id":"e{}","event_type":"{}","occurred_at":"2024-03-01T10:00:00Z","anonymous_id":"{}","user_id":{}}}\n'


def load(home: Home, content: str, source: str = "shop", name: str = "events.jsonl") -> FileAccount:
    path = home.landing / source / "2024-03-01" / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    with duckdb.connect(str(home.warehouse)) as connection:
        [account] = load_landed_days(
            connection,
            home.vault,
            home.landing,
            load_contracts()[source],
            first=date(2024, 3, 1),
            last=date(2024, 3, 1),
            key=home.key(),
            suppressed=suppressed_keys(home),
            retired=retired_hashes(home),
        )
    return account


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path)
    begin_receipt(home, [identifier_key(home.key(), "shop_login", "ann")], None, {})
    return home


def test_their_records_are_counted_and_neither_they_nor_what_they_name_is_stored(home: Home) -> None:
    lines = [
        EVENT.format(1, "view", "cookie-1", '"ann"'),
        EVENT.format(2, "view", "cookie-2", '"bob"'),
        '{"user_id":"ann", "anonymous_id":"cookie-3", broken\n',
        '{"event_id":"e4","user_id":"ann","anonymous_id":"cookie-4","occurred_at":"1970-01-01T00:00:00Z"}\n',
    ]
    account = load(home, "".join(lines))
    assert (account.record_count, account.accepted_count, account.suppressed_count) == (4, 1, 3)
    with duckdb.connect(str(home.vault)) as vault:
        texts = vault.execute("SELECT identifier_text FROM identifiers ORDER BY ALL").fetchall()
        assert texts == [("bob",), ("cookie-2",)]
        assert vault.execute("FROM rejects").fetchall() == []


def test_a_phone_number_of_theirs_is_found_in_any_spelling_and_in_a_line_that_nobody_can_parse(
    tmp_path: Path,
) -> None:
    home = Home.at(tmp_path)
    phone = load_contracts()["segment"].entities["calls"].fields["phone"].identifier
    assert phone
    begin_receipt(home, [phone.key_of(home.key(), "+4930901820")], None, {})
    call = '{{"messageId":"m{}","type":"identify","userId":"u{}","timestamp":"2024-03-01T10:00:00Z","traits":{}}}\n'
    lines = [
        call.format(1, 1, '{"phone":"+49 (0)30 901820"}'),
        call.format(2, 2, '{"phone":"+49 30 901821"}'),
        call.format(3, 3, '{"phone":"+49 30 / 90-18-20", broken'),
    ]
    account = load(home, "".join(lines), "segment", "calls.jsonl")
    assert (account.accepted_count, account.suppressed_count) == (1, 2)


def test_a_decision_about_them_is_counted_and_not_stored(home: Home) -> None:
    ann = id_of(identifier_key(home.key(), "shop_login", "ann"))
    decision = (
        '{{"decision_id":"d1","line_number":{},"decision":"merge","identifier_id":"{}","other_identifier_id":"{}",'
        '"reason":"a call","decided_at":"2024-03-01T23:59:59Z"}}\n'
    )
    lines = [decision.format(1, ann, "0" * 16), decision.format(2, "1" * 16, "0" * 16)]
    account = load(home, "".join(lines), "identity_decisions", "decisions.jsonl")
    assert (account.accepted_count, account.suppressed_count) == (1, 1)


def test_a_receipt_names_nobody_in_clear(home: Home) -> None:
    [path] = home.erasures.iterdir()
    assert "ann" not in path.read_text()


def test_a_damaged_receipt_stops_everything_for_its_people_might_return(home: Home) -> None:
    [path] = home.erasures.iterdir()
    path.write_text(path.read_text().replace("begun", "done", 1))
    with pytest.raises(DmpError, match="damaged"):
        suppressed_keys(home)


def test_the_same_people_have_the_same_receipt(home: Home) -> None:
    [receipt] = read_receipts(home)
    keep_receipt(home, receipt | {"state": "done"})
    assert [again["state"] for again in read_receipts(home)] == ["done"]


def test_whom_an_earlier_key_erased_is_suppressed_under_the_present_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = home.key()
    stamp_receipts(home, fingerprint_of(earlier))
    home.retired_keys.mkdir(parents=True)
    (home.retired_keys / fingerprint_of(earlier)).write_bytes(earlier)
    monkeypatch.setenv("DMP_KEY", "a new key")
    begin_receipt(home, [identifier_key(home.key(), "shop_login", "carl")], None, {})
    lines = [
        EVENT.format(1, "view", "cookie-1", '"ann"'),
        EVENT.format(2, "view", "cookie-2", '"bob"'),
        EVENT.format(3, "view", "cookie-3", '"carl"'),
        '{"user_id":"ann", "anonymous_id":"cookie-3", broken\n',
    ]
    account = load(home, "".join(lines))
    assert (account.record_count, account.accepted_count, account.suppressed_count) == (4, 1, 3)
    with duckdb.connect(str(home.vault)) as vault:
        found = vault.execute(
            "SELECT identifier_text, identifier_key FROM identifiers ORDER BY ALL"
        ).fetchall()
    assert dict(found) == {
        "bob": identifier_key(b"a new key", "shop_login", "bob"),
        "cookie-2": identifier_key(b"a new key", "shop_anonymous", "cookie-2"),
    }


def test_a_lost_earlier_key_stops_the_load(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp_receipts(home, fingerprint_of(home.key()))
    monkeypatch.setenv("DMP_KEY", "a new key")
    with pytest.raises(
        DmpError, match=r"retired/.* is gone: restore it, or people who were erased may return"
    ):
        load(home, EVENT.format(1, "view", "cookie-1", '"ann"'))
