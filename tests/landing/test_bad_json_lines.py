"""What becomes of values that JSON lines carry in odd forms, and of the bytes of rejects."""

import json

import pytest
from small_shop import Shop, line, lines


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
        ([{"quantity": 2.0, "price_amount": 2.5}], []),
        ([{"quantity": 2.5, "price_amount": 2}], [(1, "lines", "not_integer")]),
        ([{"quantity": "many", "price_amount": 2}], [(1, "lines", "not_decimal")]),
        ([{"price_amount": 2}, {"price_amount": "2,50"}], [(1, "lines", "not_decimal")]),
        ([{"price_amount": 2}, {"price_amount": True}], [(1, "lines", "not_decimal")]),
        ([{"line_number": "first", "price_amount": 2}], [(1, "lines", "not_decimal")]),
        ([{"price_amount": None}, {"price_amount": "2.5"}], []),
        ([{"price_amount": 2}, 7], [(1, "lines", "wrong_type")]),
        (7, [(1, "lines", "wrong_type")]),
    ],
)
def test_the_lines_of_an_order_are_looked_into(
    shop: Shop, lines_of_order: object, reasons: list[tuple[int, str, str]]
) -> None:
    order = {"order_id": "o1", "user_id": "u1", "ordered_at": "2024-03-01T10:00:00Z", "lines": lines_of_order}
    shop.load_one("orders.jsonl", json.dumps(order).encode())
    assert shop.reasons() == reasons
