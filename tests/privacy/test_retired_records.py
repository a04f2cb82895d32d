"""People who are erased from a home with retired days: what is kept of those holds nothing of them any more."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from retired_shop import bound, few_days_kept, loaded_shop, make_anew, records, retire_old_days

from benchmarks.replays import load_raw
from dmp.landing.identifiers import identifier_key
from dmp.landing.retired_days import read_retired
from dmp.privacy.landed_records import find_records
from dmp.privacy.receipts import begin_receipt
from dmp.privacy.retired_records import count_retired, erase_retired
from dmp.settings import Home
from dmp.upkeep.retiring import make_ready, plan_retirement, retire


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


def people(home: Home) -> list[int]:
    """The logins of the retired days by their number of events, the most first."""
    query = """
        SELECT login_key FROM raw.shop__events WHERE landed_date < ? AND login_key IS NOT NULL
        GROUP BY ALL ORDER BY count(*) DESC, login_key
    """
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return [key for (key,) in warehouse.execute(query, [bound(home)]).fetchall()]


def erase_landed(home: Home, keys: frozenset[int]) -> None:
    for found in find_records(home, keys)[0]:
        found.remove()


def test_an_erased_person_is_gone_from_what_is_kept_as_from_the_files(home: Home, retired: Home) -> None:
    keys = frozenset(people(home)[:2])
    counts = count_retired(retired, keys)
    assert counts["shop.events"] > 1
    erase_landed(home, keys)
    erase_landed(retired, keys)
    erase_retired(retired, keys)
    assert count_retired(retired, keys) == {}
    make_anew(home)
    make_anew(retired)
    assert records(retired) == records(home)
    with duckdb.connect(str(retired.vault), read_only=True) as vault:
        [[known]] = vault.execute(
            "SELECT count(*) FROM identifiers WHERE list_contains(?, identifier_key)", [list(keys)]
        ).fetchall()
    assert known == 0
    with duckdb.connect(str(retired.warehouse), read_only=True) as warehouse:
        query = "SELECT sum(suppressed_count), bool_and(is_refused OR record_count = accepted_count + duplicate_count "
        query += "+ conflict_count + rejected_count + suppressed_count) FROM raw.landed_files WHERE landed_date < ?"
        [[suppressed, is_balanced]] = warehouse.execute(query, [bound(home)]).fetchall()
    assert suppressed >= sum(counts.values())
    assert is_balanced


def test_a_reject_that_names_an_erased_person_goes_with_its_text(retired: Home) -> None:
    part = read_retired(retired.landing).parts("rejects")[0]
    with duckdb.connect(str(retired.vault), read_only=True) as vault:
        known = "SELECT identifier_key, identifier_text FROM identifiers WHERE identifier_type = 'anonymous'"
        texts = vault.execute(f"{known} ORDER BY ALL").fetchall()
        contents = [
            row[0].decode(errors="replace")
            for row in vault.execute(f"SELECT content FROM '{part}'").fetchall()
        ]
    key, text = next((key, text) for key, text in texts if any(text in content for content in contents))
    erase_retired(retired, frozenset({key}))
    [part] = read_retired(retired.landing).parts("rejects")
    with duckdb.connect() as connection:
        left = [
            row[0].decode(errors="replace")
            for row in connection.execute(f"SELECT content FROM '{part}'").fetchall()
        ]
    assert len(left) < len(contents)
    assert not any(text in content for content in left)
    make_anew(retired)


EVENT = '{{"event_id":"e{}","event_type":"{}","occurred_at":"2024-03-01T10:00:00Z","user_id":"{}"}}\n'


def test_of_an_erased_person_no_trace_of_a_record_that_lost_is_kept_and_every_record_has_a_fate(
    tmp_path: Path,
) -> None:
    home = Home.at(tmp_path)
    old = home.landing / "shop" / "2024-03-01" / "events.jsonl"
    for path in (old, home.landing / "shop" / "2024-04-30" / "events.jsonl"):
        path.parent.mkdir(parents=True)
    lines = [EVENT.format(1, "view", "ann"), EVENT.format(1, "cart", "ann"), '{"user_id":"ann" broken\n']
    old.write_text("".join([*lines, EVENT.format(2, "view", "bob"), EVENT.format(2, "cart", "bob")]))
    path.write_text(EVENT.format(1, "buy", "eve"))
    load_raw(home)
    retire(home, plan_retirement(home, date(2024, 4, 1)))
    keys = frozenset({identifier_key(home.key(), "shop_login", "ann")})
    assert count_retired(home, keys) == {"shop.events": 1, "shop.events rejects": 1}
    erase_retired(home, keys)
    make_anew(home)
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        fates = "record_count, accepted_count, conflict_count, rejected_count, suppressed_count"
        accounts = f"SELECT {fates} FROM raw.landed_files ORDER BY landed_date"
        # What lost against theirs in an open day has its record again.
        assert warehouse.execute(accounts).fetchall() == [(5, 1, 1, 0, 3), (1, 1, 0, 0, 0)]
        assert warehouse.execute("SELECT source_line FROM raw.conflicts").fetchall() == [(5,)]


def test_whoever_was_erased_is_taken_out_before_a_run_puts_rows_back(retired: Home) -> None:
    keys = frozenset(people(retired)[:1])
    begin_receipt(retired, keys, None, {})
    make_ready(retired, date.max)
    assert count_retired(retired, keys) != {}
    make_ready(retired, date.min)
    assert count_retired(retired, keys) == {}
