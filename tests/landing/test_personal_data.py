"""Personal data where nobody expects it is counted by file, column and kind; what is shown of a text is masked."""

from __future__ import annotations

import pytest
from small_shop import Shop, line

from dmp.landing.personal_data import PATTERNS, masked

FOUND = "SELECT column_name, kind, record_count FROM raw.personal_data ORDER BY ALL"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/login?mail=Ann.Lee@mail.example.org&x=1", "/login?mail=<email>&x=1"),
        ("/login?mail=ann%40example.org", "/login?mail=<email>"),
        ("call +49 (170) 123-4567 now", "call <phone> now"),
        ("paid with 4111 1111 1111 1111.", "paid with <card>."),
        ("order 20240301, item 123456789, 2024-03-01T10:00:00+08:00", None),
        ("@home, 3 @ 4.50, +5 points, 4006381333931", None),
    ],
)
def test_addresses_and_numbers_are_masked_and_ids_and_times_are_not(text: str, shown: str | None) -> None:
    assert masked(text) == (shown or text)


def test_every_kind_is_counted_once_a_record_and_column(shop: Shop) -> None:
    texts = [
        {"event_type": "signed up ann@example.org"},
        {"page_url": "/a?b=ann@example.org,bob%40example.org", "query": "+4917012345678"},
        {"query": "4111-1111-1111-1111", "note": "4111 1111 1111 1111"},
        {"query": "4111111111111112, no card: its check digit is wrong"},
        {"query": "shoes", "user_id": "ann@example.org"},
    ]
    shop.load_one(
        "events.jsonl",
        b"".join(line(event_id=f"e{number}", **text) + b"\n" for number, text in enumerate(texts)),
    )
    assert shop.rows(FOUND) == [
        ("event_type", "email", 1), ("page_url", "email", 1),
        ("properties", "card", 1), ("query", "card", 1), ("query", "phone", 1),
    ]  # fmt: skip


def test_a_day_loaded_again_counts_the_same_and_a_mended_one_less(shop: Shop) -> None:
    shop.land("events.jsonl", line(query="ann@example.org"))
    for _ in range(2):
        shop.load()
        assert shop.rows(FOUND) == [("query", "email", 1)]
    shop.land("events.jsonl", line(query="shoes"))
    shop.load()
    assert shop.rows(FOUND) == []


def test_a_finding_keeps_no_text(shop: Shop) -> None:
    shop.load_one("events.jsonl", line(query="ann@example.org +4917012345678 4111111111111111"))
    columns = {name for (name, *_) in shop.rows("DESCRIBE raw.personal_data")}
    assert columns == {
        "source", "entity", "landed_date", "source_file", "column_name", "kind", "record_count",
    }  # fmt: skip
    assert {kind for _, kind, _ in shop.rows(FOUND)} == set(PATTERNS)
