"""Kinds of bad input beside the known ones: what was done, what became of it, and every line accounted for."""

import gzip
import io
from collections.abc import Iterator
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_shop import DAY, Shop, line, lines, opened_shop

from dmp.landing.accounts import FileAccount

HEADER = b"item_id,name,price_amount,updated_at\n"
ROW = b"i%d,Pan,9.90,2024-03-01T00:00:00Z\n"
COLUMNS = ("exposure_id", "campaign_id", "user_id", "channel", "exposed_at")


def parquet(rows: int = 3, **changes: object) -> bytes:
    """Return a file of exposures with some columns replaced; None removes one."""
    columns: dict[str, object] = {name: [f"{name}{row}" for row in range(rows)] for name in COLUMNS[:4]}
    columns |= {"is_holdout": [False] * rows, "exposed_at": ["2024-03-01T00:00:00Z"] * rows, **changes}
    table = pa.table({name: values for name, values in columns.items() if values is not None})
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


def with_line(content: bytes) -> bytes:
    """Return two good events around a bad line."""
    return lines(1) + content + b"\n" + lines(1, first=2)


def priced(price: bytes) -> bytes:
    """Return an item with this price."""
    return HEADER + (ROW % 1).replace(b"9.90", price)


# What was done: file name, content, then physical, blank and accepted lines, and the rejects (field, reason).
READ = {
    "UTF-16 line among UTF-8": (
        "events.jsonl", with_line("{}".encode("utf-16-le")), 3, 0, 2, [(None, "nul")]
    ),
    "CR alone as line end": (
        "events.jsonl", lines(1).replace(b"\n", b"\r") * 2, 1, 0, 0, [(None, "broken_json")]
    ),
    "two records on one line": ("events.jsonl", with_line(line() + line()), 3, 0, 2, [(None, "broken_json")]),
    "single quotes": ("events.jsonl", with_line(b"{'event_id': 'x'}"), 3, 0, 2, [(None, "broken_json")]),
    "NaN as a number": (
        "events.jsonl", with_line(line(position=float("nan"))), 3, 0, 2, [("position", "not_integer")]
    ),
    "a comment in JSON": ("events.jsonl", with_line(b"// " + line()), 3, 0, 2, [(None, "broken_json")]),
    "log prefix before JSON": (
        "events.jsonl", with_line(b"INFO " + line()), 3, 0, 2, [(None, "broken_json")]
    ),
    "overlong UTF-8": (
        "events.jsonl", with_line(line(query="_").replace(b"_", b"\xc0\x80")), 3, 0, 2, [(None, "not_utf8")]
    ),
    "surrogate as UTF-8 bytes": (
        "events.jsonl", with_line(line(query="_").replace(b"_", b"\xed\xa0\x80")), 3, 0, 2, [(None, "not_utf8")]
    ),
    "a text instead of an object": ("events.jsonl", with_line(b'"x"'), 3, 0, 2, [(None, "not_an_object")]),
    "an object of nothing": ("events.jsonl", with_line(b"{}"), 3, 0, 2, [("event_id", "missing")]),
    "an id of blanks": ("events.jsonl", with_line(line(anonymous_id="  ")), 3, 0, 2, [(None, "nobody")]),
    "an infinite position": (
        "events.jsonl", with_line(line(position="Infinity")), 3, 0, 2, [("position", "not_integer")]
    ),
    "a position in hex": (
        "events.jsonl", with_line(line(position="0x10")), 3, 0, 2, [("position", "not_integer")]
    ),
    "a position of 30 digits": (
        "events.jsonl", with_line(line(position="1" * 30)), 3, 0, 2, [("position", "not_integer")]
    ),
    "hour 25": (
        "events.jsonl", with_line(line(occurred_at="2024-03-01T25:00:00Z")), 3, 0, 2, [("occurred_at", "not_timestamp")]
    ),
    "day and month swapped": (
        "events.jsonl", with_line(line(occurred_at="01/03/2024")), 3, 0, 2, [("occurred_at", "not_timestamp")]
    ),
    "only separators": ("items.csv", HEADER + b",,,\n" + ROW % 1, 3, 0, 1, [("item_id", "missing")]),
    "header in the middle": (
        "items.csv", HEADER + ROW % 1 + HEADER + ROW % 2, 4, 0, 2, [("price_amount", "not_decimal")]
    ),
    "blank lines at the end": ("items.csv", HEADER + ROW % 1 + b"\n\n\n", 5, 3, 1, []),
    "control-Z at the end": ("items.csv", HEADER + ROW % 1 + b"\x1a", 3, 0, 1, [(None, "field_count")]),
    "price with a currency": (
        "items.csv", priced("¥12".encode()), 2, 0, 0, [("price_amount", "not_decimal")]
    ),
    "price with a decimal comma": (
        "items.csv", priced(b'"12,5"'), 2, 0, 0, [("price_amount", "not_decimal")]
    ),
    "price of a billion": ("items.csv", priced(b"1e12"), 2, 0, 0, [("price_amount", "out_of_range")]),
    "Parquet without rows": (
        "exposures.parquet", parquet(0, is_holdout=pa.array([], pa.bool_())), 0, 0, 0, []
    ),
    "Parquet with a null key": (
        "exposures.parquet", parquet(exposure_id=["a", None, "c"]), 3, 0, 2, [("exposure_id", "missing")]
    ),
    "Parquet numbers as ids": ("exposures.parquet", parquet(exposure_id=[1, 2, 2**53 + 1]), 3, 0, 3, []),
}  # fmt: skip
REFUSED = {
    "gzip with foreign bytes behind": (
        "events.jsonl.gz", gzip.compress(lines(2)) + b"garbage", "damaged or cut"
    ),
    "gzip within gzip": ("events.jsonl.gz", gzip.compress(gzip.compress(lines(2))), "not UTF-8"),
    "zip named jsonl": ("events.jsonl", b"PK\x03\x04" + bytes(range(128, 256)) * 20, "not UTF-8"),
    "upper-case suffix": ("events.JSONL", lines(1), "its name"),
    "two suffixes of compression": ("events.jsonl.gz.zst", lines(1), "its name"),
    "a backup's name": ("events.jsonl~", lines(1), "its name"),
    "Parquet without a required column": (
        "exposures.parquet", parquet(exposed_at=None), "required column 'exposed_at'"
    ),
    "Parquet's end cut off": ("exposures.parquet", parquet()[:-6], "damaged"),
    "HTML in the place of CSV": ("items.csv", b"<html><body>502 Bad Gateway</body></html>\n", "no header"),
    "a header of the same name twice": ("items.csv", b"name," + HEADER + b"x," + ROW % 1, "twice"),
    "tabs in the place of commas": ("items.csv", HEADER.replace(b",", b"\t") + ROW % 1, "tabs"),
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, dict[str, FileAccount]]]:
    """Load all cases at once, each on a day of its own with ids of its own."""
    cases = {**READ, **REFUSED}
    with opened_shop(tmp_path_factory.mktemp("shop")) as shop:
        for number, (name, content, *_) in enumerate(cases.values()):
            own = content.replace(b'"event_id":"e', b'"event_id":"%d-' % number).replace(
                b"\ni", b"\ni%d-" % number
            )
            shop.land(name, own if name.endswith(("jsonl", "csv")) else content, DAY + timedelta(number))
        yield shop, dict(zip(cases, shop.load(), strict=True))


@pytest.mark.parametrize("case", READ)
def test_what_can_be_read_is_counted_line_by_line(
    loaded: tuple[Shop, dict[str, FileAccount]], case: str
) -> None:
    _, _, physical, blank, accepted, reasons = READ[case]
    shop, account = loaded[0], loaded[1][case]
    assert not account.is_refused, account.refusal_reason
    counts = (account.physical_line_count, account.blank_line_count, account.accepted_count)
    assert counts == (physical, blank, accepted)
    assert [(field, reason) for _, field, reason in shop.reasons(account.source_file)] == reasons


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_trusted_is_refused_whole(
    loaded: tuple[Shop, dict[str, FileAccount]], case: str
) -> None:
    account = loaded[1][case]
    assert account.is_refused
    assert REFUSED[case][2] in (account.refusal_reason or "")
    assert account.accepted_count + account.rejected_count == 0
