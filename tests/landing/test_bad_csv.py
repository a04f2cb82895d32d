"""CSV as it arrives in practice, case by case: what is accepted, what is rejected and why."""

import re
from collections.abc import Iterator

import pytest
from small_shop import Shop, opened_shop

from dmp.landing.accounts import FileAccount

HEADER = b"item_id,name,price_amount,updated_at\n"
ROW = b"i%d,Pan,9.90,2024-03-01T00:00:00Z\n"


def named(name: bytes) -> bytes:
    """Return an item's row with another name."""
    return (ROW % 9).replace(b"Pan", name)


# Case: content, then the physical, header, continuation, blank and accepted lines, and the rejects.
CSV = {
    "2 header only": (HEADER, 1, 1, 0, 0, 0, []),
    "13 byte order mark": (b"\xef\xbb\xbf" + HEADER + ROW % 1, 2, 1, 0, 0, 1, []),
    "14 Latin-1": (
        HEADER + ROW % 1 + named(b"P\xe4n") + ROW % 3, 4, 1, 0, 0, 2, [(3, None, "not_utf8")]
    ),
    "18 stray quote": (HEADER + named(b'5" Pan'), 2, 1, 0, 0, 1, []),
    "19 text after a quote": (
        HEADER + named(b'"P"an') + ROW % 2, 3, 1, 0, 0, 1, [(2, None, "broken_quotes")]
    ),
    "20 quoted line end": (HEADER + named(b'"P\n\na""n"') + ROW % 2, 5, 1, 2, 0, 2, []),
    "21 missing column": (HEADER + b"i1,Pan,9.90\n" + ROW % 2, 3, 1, 0, 0, 1, [(2, None, "field_count")]),
    "22 extra column": (HEADER + b"x," + ROW % 1 + ROW % 2, 3, 1, 0, 0, 1, [(2, None, "field_count")]),
    "23 another order": (b"updated_at,item_id\n2024-03-01T00:00:00Z,i1\n", 2, 1, 0, 0, 1, []),
    "27 mixed line ends": (HEADER + (ROW % 1).replace(b"\n", b"\r\n") + ROW % 2, 3, 1, 0, 0, 2, []),
    "28 blank and comment lines": (b"# items\n" + HEADER + b"\n  \n" + ROW % 1 + b"# end", 6, 1, 0, 4, 1, []),
    "29 field of 3 MB": (
        HEADER + named(b"P" * 3_000_000) + ROW % 2, 3, 1, 0, 0, 1, [(2, None, "too_large")]
    ),
    "30 NUL byte": (HEADER + named(b"P\0n") + ROW % 2, 3, 1, 0, 0, 1, [(2, None, "nul")]),
    "42 no zone": (HEADER + b"i1,Pan,1,2024-03-01 10:00\n", 2, 1, 0, 0, 1, []),
    "57 money sign": (
        HEADER + (ROW % 1).replace(b"9.90", b"$12"), 2, 1, 0, 0, 0, [(2, "price_amount", "not_decimal")]
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, dict[str, FileAccount]]]:
    """Load all cases at once, each a file with ids of its own; return its account by case."""
    with opened_shop(tmp_path_factory.mktemp("shop")) as shop:
        for number, (content, *_) in enumerate(CSV.values()):
            shop.land(f"items.{number:03}.csv", re.sub(rb"\bi(\d)\b", rb"i%d_\1" % number, content))
        yield shop, dict(zip(CSV, shop.load(), strict=True))


@pytest.mark.parametrize("case", CSV)
def test_csv(loaded: tuple[Shop, dict[str, FileAccount]], case: str) -> None:
    _, physical, header, continuation, blank, accepted, reasons = CSV[case]
    shop, account = loaded[0], loaded[1][case]
    assert not account.is_refused, account.refusal_reason
    assert (account.physical_line_count, account.header_line_count) == (physical, header)
    assert (account.continuation_line_count, account.blank_line_count) == (continuation, blank)
    assert account.accepted_count == accepted
    assert shop.reasons(account.source_file) == reasons


def test_unknown_csv_columns_are_kept_as_properties_and_noted_once(shop: Shop) -> None:
    account = shop.load_one("items.csv", b"colour," + HEADER + b"red," + ROW % 1)
    assert account.notes == ["unknown column kept: colour"]
    assert shop.rows("SELECT properties->>'colour' FROM raw.shop__items") == [("red",)]


def test_csv_values_go_where_the_header_says(shop: Shop) -> None:
    shop.load_one("items.csv", b"name,updated_at,item_id\ni1,2024-03-01T00:00:00Z,Pan\n")
    assert shop.rows("SELECT item_id, name FROM raw.shop__items") == [("Pan", "i1")]
