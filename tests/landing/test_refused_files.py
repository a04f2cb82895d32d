"""Files that nobody can trust as a whole: refused with a reason, and no row of them is loaded."""

import gzip
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from small_shop import DAY, Shop, line, lines, opened_shop

from dmp.landing.accounts import FileAccount

GOOD = line() + b"\n"
HEADER = b"item_id,name,price_amount,updated_at\n"
ROW = b"i%d,Pan,9.90,2024-03-01T00:00:00Z\n"


def flipped(content: bytes, position: int) -> bytes:
    """Return the content with one bit changed."""
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


PACKED = gzip.compress(lines(2000), mtime=0)
BOMB = gzip.compress((b" " * 9_999 + b"\n") * 9_000)

# Case: file name, content and a part of the reason.
REFUSED = {
    "8 cut gzip": ("events.jsonl.gz", PACKED[:-10], "damaged or cut"),
    "9 flipped bit": ("events.jsonl.gz", flipped(PACKED, 60), "damaged or cut"),
    "11 plain text named gzip": ("events.jsonl.gz", GOOD, "plain text, its name says gzip"),
    "11 gzip named plain": ("events.jsonl", PACKED, "gzip, its name says plain text"),
    "12 cut Parquet": ("exposures.parquet", b"PAR1" + b"x" * 100, "damaged"),
    "12 text named Parquet": ("exposures.parquet", GOOD, "plain text, its name says Parquet"),
    "14 mostly Latin-1": ("events.jsonl", GOOD + b'{"a":"\xe9"}\n{"a":"\xe8"}\n', "not UTF-8"),
    "15 odd name": ("events.x'y\n.jsonl", GOOD, "its name"),
    "15 unknown entity": ("secrets.jsonl", GOOD, "no entity 'secrets'"),
    "15 another format": ("events.csv", GOOD, "the contract says jsonl"),
    "16 bomb": ("events.jsonl.gz", BOMB, "unpacks to more than 200 times"),
    "16 endless line": ("events.jsonl", b"x" * 17_000_000, "longer than 16 MB"),
    "17 unclosed quote": ("items.csv", HEADER + ROW % 1 + b'i2,"Pan,1,x\n' + ROW % 3 * 50, "line 3"),
    "17 quote closed too late": ("items.csv", HEADER + b'i2,"Pan,1,x\n' + b'i3,"Pot",1,x\n', "line 2"),
    "25 no header": ("items.csv", ROW % 1 + ROW % 2, "no header"),
    "14 Latin-1 header": ("items.csv", HEADER.replace(b"name", b"n\xe4me") + ROW % 1, "not UTF-8"),
    "26 semicolons": ("items.csv", HEADER.replace(b",", b";") + ROW % 1, "semicolons"),
    "required column missing": ("items.csv", b"item_id,name\ni1,Pan\n", "the required column 'updated_at'"),
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, dict[str, FileAccount]]]:
    """Load all cases at once, each on a day of its own; return its account by case."""
    with opened_shop(tmp_path_factory.mktemp("shop")) as shop:
        for number, (name, content, _) in enumerate(REFUSED.values()):
            shop.land(name, content, DAY + timedelta(number))
        yield shop, dict(zip(REFUSED, shop.load(), strict=True))


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_file_says_why(loaded: tuple[Shop, dict[str, FileAccount]], case: str) -> None:
    account = loaded[1][case]
    assert account.is_refused
    assert REFUSED[case][2] in (account.refusal_reason or "")


def test_refused_files_leave_no_rows(loaded: tuple[Shop, dict[str, FileAccount]]) -> None:
    for table in ("shop__events", "shop__items", "shop__exposures", "rejects"):
        assert loaded[0].rows(f"FROM raw.{table}") == []
    assert loaded[0].rows("SELECT count(*), bool_and(is_refused) FROM raw.landed_files") == [
        (len(REFUSED), True)
    ]


def test_a_refused_file_does_not_stop_the_others(shop: Shop) -> None:
    shop.land("events.a.jsonl", b"x" * 17_000_000)
    shop.land("events.b.jsonl", lines(3))
    assert [account.accepted_count for account in shop.load()] == [0, 3]


def test_links_and_pipes_are_refused(shop: Shop, tmp_path: Path) -> None:
    outside = tmp_path / "outside.jsonl"
    outside.write_bytes(GOOD)
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
