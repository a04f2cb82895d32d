"""What is refused as a whole stops nothing else, and what is no file or not complete is never read."""

import gzip
import os
from pathlib import Path

import pyarrow as pa
from small_shop import Shop, line, lines


def test_a_refused_file_does_not_stop_the_others(shop: Shop) -> None:
    shop.land("events.a.jsonl", b"x" * 17_000_000)
    shop.land("events.b.jsonl", lines(3))
    assert [account.accepted_count for account in shop.load()] == [0, 3]


def test_links_and_pipes_are_refused(shop: Shop, tmp_path: Path) -> None:
    outside = tmp_path / "outside.jsonl"
    outside.write_bytes(line() + b"\n")
    day = shop.landing / "shop" / "2024-03-01"
    day.mkdir(parents=True)
    (day / "events.jsonl").symlink_to(outside)
    os.mkfifo(day / "orders.jsonl")
    linked = shop.landing / "shop" / "2024-03-02"
    linked.symlink_to(day, target_is_directory=True)
    assert [account.refusal_reason for account in shop.load()] == [
        "it is no plain file (a link, a folder or a device)"
    ] * 4


def test_a_day_without_files_and_a_source_without_folder_are_no_mistake(shop: Shop) -> None:
    assert shop.load() == []
    (shop.landing / "shop" / "2024-03-01").mkdir(parents=True)
    assert shop.load() == []
    assert shop.rows("SELECT count(*) FROM raw.shop__orders") == [(0,)]


def test_files_still_being_written_are_not_read(shop: Shop) -> None:
    shop.land(".events.jsonl", lines(1))
    assert shop.load() == []


def test_gzip_of_several_members_and_zstd_are_read_in_full(shop: Shop) -> None:
    several = gzip.compress(lines(3)) + gzip.compress(lines(2, first=4))
    shop.land("events.a.jsonl.gz", several)
    shop.land("events.b.jsonl.zst", pa.compress(lines(4, first=6), codec="zstd", asbytes=True))
    assert [account.accepted_count for account in shop.load()] == [5, 4]
