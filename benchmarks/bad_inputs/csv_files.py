"""CSV as it arrives in practice."""

from __future__ import annotations

from benchmarks.bad_inputs.case import Case

HEADER = b"item_id,name,price_amount,updated_at\n"
ROW = b"i%d,Pan,9.90,2024-03-01T00:00:00Z\n"


def named(name: bytes) -> bytes:
    """Return an item's row with another name."""
    return (ROW % 9).replace(b"Pan", name)


def priced(price: bytes) -> bytes:
    """Return an item with this price."""
    return HEADER + (ROW % 1).replace(b"9.90", price)


# Case: content, then the physical, header, continuation, blank and accepted lines, and the rejects.
KNOWN: dict[str, tuple[bytes, int, int, int, int, int, list[tuple[int, str | None, str]]]] = {
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
CASES = [
    Case(f"{title} (CSV)", "items.csv", content, physical, accepted, rejects, header, continuation, blank)
    for title, (content, physical, header, continuation, blank, accepted, rejects) in KNOWN.items()
]
