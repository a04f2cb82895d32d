"""Kinds of bad input beside the catalogue's that can be read: what was done, and what becomes of it."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.bad_inputs.case import Case, line, lines
from benchmarks.bad_inputs.csv_files import HEADER, ROW, priced

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


def ordered(currency: bytes) -> bytes:
    """Return an order in this currency."""
    order = b'{"order_id":"o_","user_id":"u1","ordered_at":"2024-03-01T10:00:00Z","currency":_,"lines":[]}'
    return order.replace(b"o_", b"o%d" % len(currency)).replace(b"_,", currency + b",")


# What was done: file name, content, then physical, blank and accepted lines, and the rejects (field, reason).
KINDS: dict[str, tuple[str, bytes, int, int, int, list[tuple[int, str | None, str]]]] = {
    "UTF-16 line among UTF-8": (
        "events.jsonl", with_line("{}".encode("utf-16-le")), 3, 0, 2, [(2, None, "nul")]
    ),
    "CR alone as line end": (
        "events.jsonl", lines(1).replace(b"\n", b"\r") * 2, 1, 0, 0, [(1, None, "broken_json")]
    ),
    "two records on one line": ("events.jsonl", with_line(line() + line()), 3, 0, 2, [(2, None, "broken_json")]),
    "single quotes": ("events.jsonl", with_line(b"{'event_id': 'x'}"), 3, 0, 2, [(2, None, "broken_json")]),
    "NaN as a number": (
        "events.jsonl", with_line(line(position=float("nan"))), 3, 0, 2, [(2, "position", "not_integer")]
    ),
    "a comment in JSON": ("events.jsonl", with_line(b"// " + line()), 3, 0, 2, [(2, None, "broken_json")]),
    "log prefix before JSON": (
        "events.jsonl", with_line(b"INFO " + line()), 3, 0, 2, [(2, None, "broken_json")]
    ),
    "overlong UTF-8": (
        "events.jsonl", with_line(line(query="_").replace(b"_", b"\xc0\x80")), 3, 0, 2, [(2, None, "not_utf8")]
    ),
    "surrogate as UTF-8 bytes": (
        "events.jsonl", with_line(line(query="_").replace(b"_", b"\xed\xa0\x80")), 3, 0, 2, [(2, None, "not_utf8")]
    ),
    "a text instead of an object": ("events.jsonl", with_line(b'"x"'), 3, 0, 2, [(2, None, "not_an_object")]),
    "an object of nothing": ("events.jsonl", with_line(b"{}"), 3, 0, 2, [(2, "event_id", "missing")]),
    "an id of blanks": ("events.jsonl", with_line(line(anonymous_id="  ")), 3, 0, 2, [(2, None, "nobody")]),
    "an infinite position": (
        "events.jsonl", with_line(line(position="Infinity")), 3, 0, 2, [(2, "position", "not_integer")]
    ),
    "a position in hex": (
        "events.jsonl", with_line(line(position="0x10")), 3, 0, 2, [(2, "position", "not_integer")]
    ),
    "a position of 30 digits": (
        "events.jsonl", with_line(line(position="1" * 30)), 3, 0, 2, [(2, "position", "not_integer")]
    ),
    "hour 25": (
        "events.jsonl", with_line(line(occurred_at="2024-03-01T25:00:00Z")),
        3, 0, 2, [(2, "occurred_at", "not_timestamp")],
    ),
    "day and month swapped": (
        "events.jsonl", with_line(line(occurred_at="01/03/2024")), 3, 0, 2, [(2, "occurred_at", "not_timestamp")]
    ),
    "only separators": ("items.csv", HEADER + b",,,\n" + ROW % 1, 3, 0, 1, [(2, "item_id", "missing")]),
    "header in the middle": (
        "items.csv", HEADER + ROW % 1 + HEADER + ROW % 2, 4, 0, 2, [(3, "price_amount", "not_decimal")]
    ),
    "blank lines at the end": ("items.csv", HEADER + ROW % 1 + b"\n\n\n", 5, 3, 1, []),
    "control-Z at the end": ("items.csv", HEADER + ROW % 1 + b"\x1a", 3, 0, 1, [(3, None, "field_count")]),
    "price with a currency": (
        "items.csv", priced("¥12".encode()), 2, 0, 0, [(2, "price_amount", "not_decimal")]
    ),
    "price with a decimal comma": (
        "items.csv", priced(b'"12,5"'), 2, 0, 0, [(2, "price_amount", "not_decimal")]
    ),
    "price of a billion": ("items.csv", priced(b"1e12"), 2, 0, 0, [(2, "price_amount", "out_of_range")]),
    "55 negative price": ("items.csv", priced(b"-1"), 2, 0, 0, [(2, "price_amount", "out_of_range")]),
    "55 zero price": ("items.csv", priced(b"0"), 2, 0, 1, []),
    "56 currency in lower case": ("orders.jsonl", ordered(b'"eur"'), 1, 0, 1, []),
    "56 no currency": ("orders.jsonl", ordered(b"null"), 1, 0, 1, []),
    "56 unknown currency": ("orders.jsonl", ordered(b'"EURO"'), 1, 0, 0, [(1, "currency", "not_currency")]),
    "62 no address": ("events.jsonl", line(ip="300.1.2.3.4") + b"\n", 1, 0, 1, []),
    "Parquet without rows": (
        "exposures.parquet", parquet(0, is_holdout=pa.array([], pa.bool_())), 0, 0, 0, []
    ),
    "Parquet with a null key": (
        "exposures.parquet", parquet(exposure_id=["a", None, "c"]), 3, 0, 2, [(2, "exposure_id", "missing")]
    ),
    "Parquet numbers as ids": ("exposures.parquet", parquet(exposure_id=[1, 2, 2**53 + 1]), 3, 0, 3, []),
}  # fmt: skip
CASES = [
    Case(title, name, content, physical, accepted, rejects, header=int(name == "items.csv"), blank=blank)
    for title, (name, content, physical, blank, accepted, rejects) in KINDS.items()
]
