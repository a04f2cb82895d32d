"""Records in the form in which each ready format sends them are accepted as they are."""

from __future__ import annotations

import json
from typing import Any

from small_shop import CONTRACTS, DAY, KEY, Shop

from dmp.landing.identifiers import identifier_key, key_text

AT = "2024-03-01T10:00:00.000Z"
MICROSECONDS = 1709287200000000


def load(shop: Shop, source: str, name: str, records: list[dict[str, Any]]) -> int:
    """Land the records as JSON lines and return how many were accepted."""
    shop.source = source
    content = "".join(json.dumps(record) + "\n" for record in records)
    return shop.load_one(name, content.encode()).accepted_count


def test_calls_of_the_segment_specification(shop: Shop) -> None:
    common = {"anonymousId": "a1", "timestamp": AT, "originalTimestamp": AT, "sentAt": AT, "receivedAt": AT}
    context = {
        "page": {"url": "https://shop/a"},
        "userAgent": "Chrome",
        "ip": "10.1.2.3",
        "library": {"name": "x"},
    }
    products = [{"product_id": "cup", "price": 2.5, "quantity": 2}]
    records = [
        {**common, "messageId": "m1", "type": "page", "name": "Home", "context": context},
        {
            **common,
            "messageId": "m2",
            "type": "identify",
            "userId": "u1",
            "traits": {"email": "Ann@example.org"},
        },
        {
            **common,
            "messageId": "m3",
            "type": "track",
            "event": "Order Completed",
            "properties": {"order_id": "o1", "products": products, "coupon": "TEN"},
        },
        {"messageId": "m4", "type": "alias", "previousId": "a1", "userId": "u1", "timestamp": AT},
        {**common, "messageId": "m5", "type": "screen", "name": "Home"},
        {"messageId": "m6", "type": "track", "event": "x", "timestamp": AT},
    ]
    assert load(shop, "segment", "calls.jsonl", records) == 5
    assert shop.reasons() == [(6, None, "nobody")]
    rows = shop.rows(
        "SELECT page_url, truncated_ip, email_key, order_id, previous_key IS NOT NULL, properties::VARCHAR "
        "FROM raw.segment__calls ORDER BY source_line"
    )
    email = identifier_key(KEY, "email", key_text("email", "ann@example.org"))
    assert rows[0][:2] == ("https://shop/a", "10.1.2.0/24")
    assert json.loads(rows[0][5])["context"]["library"] == {"name": "x"}
    assert (rows[1][2], rows[2][3], rows[3][4]) == (email, "o1", True)
    assert json.loads(rows[2][5])["properties"] == {"coupon": "TEN"}


def test_one_bad_number_in_a_list_of_products_is_a_reject_and_stops_no_run(shop: Shop) -> None:
    call = {"type": "track", "event": "Order Completed", "userId": "u1", "timestamp": AT}
    listed = [
        [{"price": "2,50"}, {"price": 3}],
        [{"quantity": "two"}],
        {"price": 3},
        [{"price": "2.5"}, {"price": None}],
    ]
    records = [
        {**call, "messageId": f"m{number}", "properties": {"products": products}}
        for number, products in enumerate(listed)
    ]
    assert load(shop, "segment", "calls.jsonl", records) == 1
    assert shop.reasons() == [
        (1, "products", "not_decimal"),
        (2, "products", "not_decimal"),
        (3, "products", "wrong_type"),
    ]


def test_rows_of_the_ga4_export_are_told_apart_without_an_id(shop: Shop) -> None:
    row = {
        "event_date": "20240301",
        "event_timestamp": str(MICROSECONDS),
        "event_name": "page_view",
        "event_params": [{"key": "ga_session_id", "value": {"int_value": "1709287200"}}],
        "user_pseudo_id": "1234.5678",
        "privacy_info": {"analytics_storage": "Yes", "ads_storage": "No"},
        "device": {"category": "mobile", "web_info": {"browser": "Chrome"}},
        "items": [],
        "batch_event_index": "1",
    }
    records = [row, row, {**row, "batch_event_index": "2"}, {**row, "user_pseudo_id": None}]
    assert load(shop, "ga4", "events.jsonl", records) == 3
    [first] = shop.rows("SELECT epoch_us(event_timestamp), browser, ads_storage FROM raw.ga4__events LIMIT 1")
    assert first == (MICROSECONDS, "Chrome", "No")


def test_impressions_with_the_fields_of_openrtb(shop: Shop) -> None:
    record = {
        "id": "i1",
        "timestamp": MICROSECONDS // 1000,
        "user": {"id": "x1", "buyeruid": "b1"},
        "device": {"ua": "Googlebot/2.1", "ip": "10.1.2.3", "geo": {"country": "DEU"}},
        "site": {"page": "https://news/a"},
        "crid": "c1",
        "adomain": ["example.org"],
        "price": 1.25,
    }
    assert load(shop, "ad_log", "impressions.jsonl", [record, {**record, "price": 2}]) == 1
    assert shop.rows(
        "SELECT country, is_bot, anonymous_key <> buyer_key, cur, price::VARCHAR FROM raw.ad_log__impressions"
    ) == [("DEU", True, True, "USD", "1.2500")]
    assert shop.rows("SELECT count(*) FROM raw.conflicts") == [(1,)]


def test_an_enriched_line_of_snowplow_has_no_header(shop: Shop) -> None:
    shop.source = "snowplow"
    columns = CONTRACTS["snowplow"].entities["enriched"].columns
    values = dict.fromkeys(columns, "")
    values |= {
        "event_id": "c6ef3124-b53a-4b13-a233-0088f79dcbcb",
        "collector_tstamp": "2024-03-01 10:00:00.123",
        "page_title": '"Tea" & more',
        "contexts": '{"schema":"s","data":[]}',
        "event_fingerprint": "f1",
    }
    line = "\t".join(values.values()) + "\n"
    again = line.replace("10:00:00.123", "10:00:09.000")
    account = shop.load_one("enriched.csv", (line + again).encode())
    assert len(columns) == 131
    # The same event with the same fingerprint, collected twice, is told twice.
    assert (account.header_line_count, account.accepted_count, account.duplicate_count) == (0, 1, 1)
    assert shop.rows("SELECT landed_date, properties->>'page_title' FROM raw.snowplow__enriched") == [
        (DAY, '"Tea" & more')
    ]
