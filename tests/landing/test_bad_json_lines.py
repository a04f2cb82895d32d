"""JSON lines as they arrive in practice, case by case: what is accepted, what is rejected and why."""

import json
from collections.abc import Iterator

import pytest
from small_shop import Shop, line, lines, opened_shop

from dmp.landing.accounts import FileAccount

GOOD = line() + b"\n"


def at(time: str) -> bytes:
    """Return five good events with one at another time as the third."""
    return with_line(line(occurred_at=time))


def asking(text: bytes) -> bytes:
    """Return five good events with one whose query holds these bytes as the third."""
    return with_line(line(query="_").replace(b"_", text))


def with_line(content: bytes) -> bytes:
    """Return five good lines with another one as the third."""
    return lines(2) + content + b"\n" + lines(3, first=3)


# Case: content, then the physical, blank and accepted lines, and the rejects.
JSON_LINES = {
    "1 empty file": (b"", 0, 0, 0, []),
    "13 byte order mark": (b"\xef\xbb\xbf" + GOOD, 1, 0, 1, []),
    "41 byte order mark within": (lines(1) + b"\xef\xbb\xbf" + lines(1, first=2), 2, 0, 2, []),
    "14 Latin-1": (asking(b"\xe9"), 6, 0, 5, [(3, None, "not_utf8")]),
    "27 mixed line ends": (line() + b"\r\n" + line(event_id="e2") + b"\n", 2, 0, 2, []),
    "28 blank lines": (b"\n  \n" + GOOD + b"\t\n\r\n", 5, 4, 1, []),
    "29 line of 3 MB": (with_line(line(query="x" * 3_000_000)), 6, 0, 5, [(3, None, "too_large")]),
    "30 NUL byte": (asking(b"\0"), 6, 0, 5, [(3, None, "nul")]),
    "31 broken line": (with_line(b'{"event_id": "e9" "x"}'), 6, 0, 5, [(3, None, "broken_json")]),
    "31 comma before the end": (with_line(line()[:-1] + b", }"), 6, 0, 5, [(3, None, "broken_json")]),
    "31 the same within a text": (line(query=', } "x" ,]') + b"\n", 1, 0, 1, []),
    "32 cut last line": (lines(2) + line(event_id="e3")[:40], 3, 0, 2, [(3, None, "broken_json")]),
    "33 array": (with_line(b"[1]"), 6, 0, 5, [(3, None, "not_an_object")]),
    "33 number": (with_line(b"17"), 6, 0, 5, [(3, None, "not_an_object")]),
    "33 null": (with_line(b"null"), 6, 0, 5, [(3, None, "not_an_object")]),
    "34 name twice": (with_line(line()[:-1] + b',"event_id":"e9"}'), 6, 0, 5, [(3, None, "duplicate_name")]),
    "35 lone surrogate": (asking(rb"\ud800"), 6, 0, 5, [(3, None, "broken_json")]),
    "35 control character": (asking(b"\x01"), 6, 0, 5, [(3, None, "broken_json")]),
    "36 NUL escape": (asking(rb"\u0000"), 6, 0, 5, [(3, None, "nul")]),
    "36 text about an escape": (line(query=r"\u0000") + b"\n", 1, 0, 1, []),
    "37 deep nesting": (
        with_line(b'{"x":' + b"[" * 2000 + b"]" * 2000 + b"}"), 6, 0, 5, [(3, None, "too_deep")]
    ),
    "37 many brackets in a text": (line(query="[" * 500) + b"\n", 1, 0, 1, []),
    "38 boolean id": (with_line(line(user_id=True)), 6, 0, 5, [(3, "user_id", "wrong_type")]),
    "38 object as id": (with_line(line(user_id={"a": 1})), 6, 0, 5, [(3, "user_id", "wrong_type")]),
    "38 the word true as id": (line(user_id="true") + b"\n", 1, 0, 1, []),
    "39 required name missing": (with_line(line(event_id=...)), 6, 0, 5, [(3, "event_id", "missing")]),
    "39 required value null": (with_line(line(event_type=None)), 6, 0, 5, [(3, "event_type", "missing")]),
    "45 one hour ahead": (line(occurred_at="2024-03-02T01:00:00Z") + b"\n", 1, 0, 1, []),
    "45 a year ahead": (at("2025-03-01T00:00:00Z"), 6, 0, 5, [(3, "occurred_at", "future")]),
    "46 1970": (at("1970-01-01T00:00:00Z"), 6, 0, 5, [(3, "occurred_at", "before_2000")]),
    "46 year 0": (at("0000-01-01T00:00:00Z"), 6, 0, 5, [(3, "occurred_at", "before_2000")]),
    "47 year 99999": (
        at("99999-01-01T00:00:00Z"), 6, 0, 5, [(3, "occurred_at", "not_timestamp")]
    ),
    "47 infinity": (at("infinity"), 6, 0, 5, [(3, "occurred_at", "not_timestamp")]),
    "47 epoch": (at("epoch"), 6, 0, 5, [(3, "occurred_at", "not_timestamp")]),
    "47 no such day": (
        at("2024-02-30T00:00:00Z"), 6, 0, 5, [(3, "occurred_at", "not_timestamp")]
    ),
    "43 an offset without colon": (line(occurred_at="2024-03-01T10:00:00+0800") + b"\n", 1, 0, 1, []),
    "43 a zone by name": (at("2024-03-01T10:00:00 CST"), 6, 0, 5, [(3, "occurred_at", "not_timestamp")]),
    "44 seconds where ISO is declared": (at("1709287200"), 6, 0, 5, [(3, "occurred_at", "not_timestamp")]),
    "49 late by years": (line(occurred_at="2019-03-01T00:00:00Z") + b"\n", 1, 0, 1, []),
    "51 nobody": (with_line(line(anonymous_id="null", user_id="0")), 6, 0, 5, [(3, None, "nobody")]),
    "54 id of 10 kB": (with_line(line(user_id="u" * 10_000)), 6, 0, 5, [(3, "user_id", "too_long")]),
    "54 strange ids": (line(user_id="'; drop table x <script> \u202e\U0001f600") + b"\n", 1, 0, 1, []),
    "57 a comma in a number": (with_line(line(position="1,234")), 6, 0, 5, [(3, "position", "not_integer")]),
    "58 half a position": (with_line(line(position=2.5)), 6, 0, 5, [(3, "position", "not_integer")]),
    "58 negative position": (with_line(line(position=-1)), 6, 0, 5, [(3, "position", "out_of_range")]),
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, dict[str, FileAccount]]]:
    """Load all cases at once, each a file with ids of its own; return its account by case."""
    with opened_shop(tmp_path_factory.mktemp("shop")) as shop:
        for number, (content, *_) in enumerate(JSON_LINES.values()):
            own = content.replace(b'"event_id":"e', b'"event_id":"%d-' % number)
            shop.land(f"events.{number:03}.jsonl", own)
        yield shop, dict(zip(JSON_LINES, shop.load(), strict=True))


@pytest.mark.parametrize("case", JSON_LINES)
def test_json_lines(loaded: tuple[Shop, dict[str, FileAccount]], case: str) -> None:
    _, physical, blank, accepted, reasons = JSON_LINES[case]
    shop, account = loaded[0], loaded[1][case]
    assert not account.is_refused
    counts = (account.physical_line_count, account.blank_line_count, account.accepted_count)
    assert counts == (physical, blank, accepted)
    assert shop.reasons(account.source_file) == reasons


def test_numbers_as_ids_become_exact_text(shop: Shop) -> None:
    shop.load_one("events.jsonl", line(event_id=9007199254740993, item_id=123456789012345678901234567890))
    assert shop.rows("SELECT event_id, item_id FROM raw.shop__events") == [
        ("9007199254740993", "123456789012345678901234567890")
    ]


def test_unknown_names_are_kept_as_properties(shop: Shop) -> None:
    shop.load_one("events.jsonl", line(colour={"a": [1, None]}) + b"\n" + line(event_id="e2"))
    assert shop.rows("SELECT properties FROM raw.shop__events ORDER BY source_line") == [
        ('{"colour":{"a":[1,null]}}',),
        (None,),
    ]


def test_offsets_count_and_addresses_are_cut(shop: Shop) -> None:
    shop.load_one(
        "events.jsonl",
        line(occurred_at="2024-03-01T10:00:00+08:00", ip="203.0.113.77", user_agent="Googlebot/2.1")
        + b"\n"
        + line(event_id="e2", ip="2001:db8::1", user_agent="Mozilla/5.0"),
    )
    assert shop.rows(
        "SELECT occurred_at = TIMESTAMPTZ '2024-03-01 02:00:00+00', truncated_ip, is_bot "
        "FROM raw.shop__events ORDER BY source_line"
    ) == [(True, "203.0.113.0/24", True), (False, "2001:db8:0::/48", False)]


def test_the_bytes_of_rejects_are_in_the_vault_and_nowhere_else(shop: Shop) -> None:
    shop.load_one("events.jsonl", lines(3) + b'{"secret": "\xff"}\n' + b"not json\n")
    assert shop.vault_rows("SELECT content FROM rejects ORDER BY source_line") == [
        (b'{"secret": "\xff"}',),
        (b"not json",),
    ]
    assert shop.rows("SELECT count(DISTINCT content_hash) FROM raw.rejects") == [(2,)]


@pytest.mark.parametrize(
    ("lines_of_order", "reasons"),
    [
        ([{"item_id": "i1", "quantity": 1, "price_amount": 2.5}], []),
        ([], []),
        (
            [{"quantity": 1, "price_amount": 2}, {"quantity": 1, "price_amount": -2}],
            [(1, "lines", "out_of_range")],
        ),
        ([{"quantity": "many", "price_amount": 2}], [(1, "lines", "out_of_range")]),
        (7, [(1, "lines", "wrong_type")]),
    ],
)
def test_the_lines_of_an_order_are_looked_into(
    shop: Shop, lines_of_order: object, reasons: list[tuple[int, str, str]]
) -> None:
    order = {"order_id": "o1", "user_id": "u1", "ordered_at": "2024-03-01T10:00:00Z", "lines": lines_of_order}
    shop.load_one("orders.jsonl", json.dumps(order).encode())
    assert shop.reasons() == reasons
