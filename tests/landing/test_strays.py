"""Files where no run looks for data: each has an account that says what to do."""

import os
import time
from datetime import date
from pathlib import Path

import pytest
from small_shop import DAY, Shop, lines

from dmp.landing.strays import account_for_strays, stray_files, unaccounted_files

STRAYS = {
    "notes.txt": "directly in the landing folder",
    "shpo/2024-03-01/events.jsonl": "no contract names a source 'shpo': rename the folder to 'shop'",
    "zoo/animals.csv": "no contract names a source 'zoo': write contracts/zoo.yaml",
    "shop/events.jsonl": "directly in the folder of 'shop'",
    "shop/1 March/events.jsonl": "the folder '1 March' is no landed day",
    "shop/2024-03-01/more/events.jsonl": "put it directly into shop/2024-03-01/",
}


def put(shop: Shop, name: str) -> Path:
    path = shop.landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lines(1))
    return path


@pytest.fixture
def strayed(shop: Shop) -> Shop:
    """A day of good events, a file still being written, and every kind of stray."""
    for name in [*STRAYS, ".unfinished", "shop/.unfinished/events.jsonl"]:
        put(shop, name)
    shop.land("events.jsonl", lines(3))
    shop.load()
    account_for_strays(shop.connection, shop.landing)
    return shop


def test_every_stray_is_a_refused_file_that_says_what_to_do(strayed: Shop) -> None:
    found = dict(
        strayed.rows(
            "SELECT source_file, refusal_reason FROM raw.landed_files "
            "WHERE landed_date IS NULL AND is_refused AND byte_count > 0"
        )
    )
    assert found.keys() == STRAYS.keys()
    for name, reason in STRAYS.items():
        assert reason in found[name]


def test_a_stray_that_was_put_right_loses_its_account(strayed: Shop) -> None:
    (strayed.landing / "notes.txt").unlink()
    account_for_strays(strayed.connection, strayed.landing)
    account_for_strays(strayed.connection, strayed.landing)
    found = strayed.rows("SELECT count(*) FROM raw.landed_files WHERE landed_date IS NULL")
    assert found == [(len(STRAYS) - 1,)]


def test_a_file_without_an_account_is_named_and_one_that_came_later_is_not(strayed: Shop) -> None:
    begun_at = time.time_ns() + 1_000_000_000
    days = (date(2024, 1, 1), DAY)
    assert unaccounted_files(strayed.connection, strayed.landing, *days, before=begun_at) == []
    strayed.land("events.more.jsonl", lines(1))
    put(strayed, "more.txt")
    missing = ["more.txt", "shop/2024-03-01/events.more.jsonl"]
    assert unaccounted_files(strayed.connection, strayed.landing, *days, before=begun_at) == missing
    assert unaccounted_files(strayed.connection, strayed.landing, *days, before=0) == []


def test_a_folder_that_is_a_link_is_not_followed(shop: Shop, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("x")
    shop.landing.mkdir()
    (shop.landing / "linked").symlink_to(outside, target_is_directory=True)
    assert [stray.source_file for stray in stray_files(shop.landing)] == ["linked"]


def test_names_that_are_no_text_are_shown_with_escapes(shop: Shop) -> None:
    shop.landing.mkdir()
    (shop.landing / os.fsdecode(b"n\xe4me")).write_bytes(b"x")
    assert [stray.source_file for stray in stray_files(shop.landing)] == ["n\\udce4me"]
