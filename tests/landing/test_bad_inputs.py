"""What arrives in practice, case by case: what is accepted, what is rejected and why, what is refused."""

import gzip
import os
from pathlib import Path

import pyarrow as pa
import pytest
from small_shop import Shop, line, lines

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


@pytest.mark.parametrize("case", JSON_LINES)
def test_json_lines(shop: Shop, case: str) -> None:
    content, physical, blank, accepted, reasons = JSON_LINES[case]
    account = shop.load_one("events.jsonl", content)
    assert not account.is_refused
    counts = (account.physical_line_count, account.blank_line_count, account.accepted_count)
    assert counts == (physical, blank, accepted)
    assert shop.reasons() == reasons
    assert len(shop.vault_rows("FROM rejects")) == len(reasons)


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


@pytest.mark.parametrize("case", CSV)
def test_csv(shop: Shop, case: str) -> None:
    content, physical, header, continuation, blank, accepted, reasons = CSV[case]
    account = shop.load_one("items.csv", content)
    assert not account.is_refused, account.refusal_reason
    assert (account.physical_line_count, account.header_line_count) == (physical, header)
    assert (account.continuation_line_count, account.blank_line_count) == (continuation, blank)
    assert account.accepted_count == accepted
    assert shop.reasons() == reasons


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
    "26 semicolons": ("items.csv", HEADER.replace(b",", b";") + ROW % 1, "semicolons"),
    "required column missing": ("items.csv", b"item_id,name\ni1,Pan\n", "the required column 'updated_at'"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_file_leaves_no_rows_and_says_why(shop: Shop, case: str) -> None:
    name, content, reason = REFUSED[case]
    path = shop.landing / "shop" / "2024-03-01" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    [account] = shop.load()
    assert account.is_refused
    assert reason in (account.refusal_reason or "")
    assert account.accepted_count == account.rejected_count == 0
    assert shop.rows(
        "SELECT count(*) FROM raw.shop__events UNION ALL SELECT count(*) FROM raw.shop__items"
    ) == [
        (0,),
        (0,),
    ]
    assert shop.rows("SELECT is_refused FROM raw.landed_files") == [(True,)]


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
    day = shop.landing / "shop" / "2024-03-01"
    day.mkdir(parents=True)
    (day / "events.a.jsonl.gz").write_bytes(several)
    (day / "events.b.jsonl.zst").write_bytes(pa.compress(lines(4, first=6), codec="zstd", asbytes=True))
    assert [account.accepted_count for account in shop.load()] == [5, 4]


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


def test_unknown_csv_columns_are_kept_as_properties_and_noted_once(shop: Shop) -> None:
    account = shop.load_one("items.csv", b"colour," + HEADER + b"red," + ROW % 1)
    assert account.notes == ["unknown column kept: colour"]
    assert shop.rows("SELECT properties->>'colour' FROM raw.shop__items") == [("red",)]


def test_csv_values_go_where_the_header_says(shop: Shop) -> None:
    shop.load_one("items.csv", b"name,updated_at,item_id\ni1,2024-03-01T00:00:00Z,Pan\n")
    assert shop.rows("SELECT item_id, name FROM raw.shop__items") == [("Pan", "i1")]


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
