"""The equation: every line of every readable file is accounted for, whatever happened to its bytes."""

import csv
import io
import shutil
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_shop import DAY, Shop, lines

from dmp.landing.accounts import AccountingError, FileAccount

ITEMS = b"item_id,name,price_amount,updated_at\n" + b"".join(
    b'i%d,"Pan, ""big""\nand red",%d,2024-03-01T00:00:00Z\n' % (number, number) for number in range(8)
)
PIECES = [
    b"\n",
    b"\r\n",
    b'"',
    b"\xff",
    b"\0",
    b"\xef\xbb\xbf",
    b"{",
    b"[",
    b",",
    b"   \n",
    b"\\u0000",
    b"null\n",
    b"#",
]
CORRUPTIONS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 6), st.sampled_from([b"", *PIECES])), min_size=1, max_size=6
)
COUNT = "SELECT source_file, count(*)"
# One load checks many corrupted files, one a day: a load costs more than a file.
FILES = st.lists(CORRUPTIONS, min_size=1, max_size=20)
SLOWLY = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def corrupted(content: bytes, corruptions: list[tuple[float, int, bytes]]) -> bytes:
    """Replace bytes at a few places of the content."""
    for place, length, piece in corruptions:
        position = int(place * len(content))
        content = content[:position] + piece + content[position + length :]
    return content


def physical_lines(content: bytes) -> int:
    """Count lines without a reader: line ends, and the rest behind the last one."""
    return content.count(b"\n") + (not content.endswith(b"\n") and content != b"")


def blank_lines(content: bytes) -> int:
    """Count lines that hold nothing but white space behind their byte order mark."""
    split = content.split(b"\n")
    split = split if split[-1] else split[:-1]
    return sum(not line.strip().replace(b"\xef\xbb\xbf", b"").strip() for line in split)


def load_corrupted(shop: Shop, name: str, contents: list[bytes]) -> list[tuple[FileAccount, bytes]]:
    """Land each content on a day of its own and load them all."""
    shutil.rmtree(shop.landing, ignore_errors=True)
    for number, content in enumerate(contents):
        shop.land(name, content, DAY + timedelta(number))
    return list(zip(shop.load(), contents, strict=True))


@SLOWLY
@given(files=FILES)
def test_json_lines_add_up(shop: Shop, files: list[list[tuple[float, int, bytes]]]) -> None:
    contents = [corrupted(lines(12, first=20 * number), file) for number, file in enumerate(files)]
    accounts = load_corrupted(shop, "events.jsonl", contents)
    accepted = dict(shop.rows(f"{COUNT} FROM raw.shop__events GROUP BY ALL"))
    rejected = dict(shop.rows(f"{COUNT} FROM raw.rejects GROUP BY ALL"))
    assert rejected == dict(shop.vault_rows(f"{COUNT} FROM rejects GROUP BY ALL"))
    for account, content in accounts:
        assert not account.is_refused
        assert account.physical_line_count == physical_lines(content)
        assert account.blank_line_count == blank_lines(content)
        assert account.record_count == physical_lines(content) - blank_lines(content)
        assert account.accepted_count == accepted.get(account.source_file, 0)
        assert account.rejected_count == rejected.get(account.source_file, 0)


@SLOWLY
@given(files=FILES)
def test_csv_adds_up(shop: Shop, files: list[list[tuple[float, int, bytes]]]) -> None:
    contents = [corrupted(ITEMS, file) for file in files]
    accounts = load_corrupted(shop, "items.csv", contents)
    places = shop.rows(
        "SELECT source_file, source_line FROM raw.shop__items "
        "UNION ALL SELECT source_file, source_line FROM raw.rejects"
    )
    assert len(set(places)) == len(places)
    for account, content in accounts:
        found = sum(source_file == account.source_file for source_file, _ in places)
        lost = account.duplicate_count + account.conflict_count
        assert found == account.record_count - lost
        assert account.physical_line_count == (0 if account.is_refused else physical_lines(content))


def test_a_sound_csv_has_the_records_that_another_reader_finds(shop: Shop) -> None:
    account = shop.load_one("items.csv", ITEMS)
    assert account.accepted_count == len(list(csv.DictReader(io.StringIO(ITEMS.decode(), newline=""))))
    assert account.continuation_line_count == account.accepted_count


def test_an_account_that_does_not_balance_undoes_the_load(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.load_one("events.jsonl", lines(2))
    shop.land("events.jsonl", lines(5))
    monkeypatch.setattr("dmp.landing.loading.COUNT_REJECTS", "SELECT 'shop/2024-03-01/events.jsonl', 1")
    with pytest.raises(AccountingError, match=r"events\.jsonl: 5 lines"):
        shop.load()
    assert len(shop.rows("FROM raw.shop__events")) == 2


def test_lines_that_went_missing_are_noticed() -> None:
    account = FileAccount("shop", "events", DAY, "events.jsonl", physical_line_count=3)
    with pytest.raises(AccountingError):
        account.check()
