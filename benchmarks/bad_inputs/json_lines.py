"""JSON lines as they arrive in practice."""

from __future__ import annotations

from benchmarks.bad_inputs.case import Case, line, lines

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
KNOWN: dict[str, tuple[bytes, int, int, int, list[tuple[int, str | None, str]]]] = {
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
    "46 1970": (at("1970-01-01T00:00:00Z"), 6, 0, 5, [(3, "occurred_at", "too_early")]),
    "46 year 0": (at("0000-01-01T00:00:00Z"), 6, 0, 5, [(3, "occurred_at", "too_early")]),
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
CASES = [
    Case(f"{title} (JSON)", "events.jsonl", content, physical, accepted, rejects, blank=blank)
    for title, (content, physical, blank, accepted, rejects) in KNOWN.items()
]
