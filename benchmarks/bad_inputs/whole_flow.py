"""Bad input that only shows behind the landing: a day of it for a small shop, and what the tables say afterwards.

Each question is one SELECT of one value on the warehouse after a run.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.bad_inputs.case import line

AT = "T10:00:00Z"
NAMES, SHARED, PACE = 5_000, 10_001, 5_000
CROWDED = "(SELECT identifier_key FROM profiles.identity_quarantine WHERE rule = 'crowded_login')"
QUESTIONS: dict[str, tuple[str, Any]] = {
    "48 a local time that a change of clocks skips or repeats": (
        "SELECT string_agg(strftime(event_at, '%m-%d %H:%M'), ', ' ORDER BY event_at) FROM intermediate.int_events "
        "WHERE is_ambiguous_time AND source = 'online_retail' AND order_id LIKE 'fold%'",
        "03-27 01:30, 10-30 01:30",
    ),
    "50 a client's clock three years off is corrected, both times are kept": (
        "SELECT strftime(client_event_at, '%Y') || ' ' || (event_at = received_at) FROM intermediate.int_events "
        "WHERE event_id = 'three_years_off'",
        "{year_off} true",
    ),
    "52 one login on 10,001 anonymous ids joins nobody": (f"SELECT count(*) FROM {CROWDED}", 1),
    "53 aliases in a circle are one person": (
        "SELECT count(DISTINCT user_key) FROM profiles.identity_map JOIN intermediate.int_events "
        "USING (identifier_key) WHERE event_id IN ('circle1', 'circle2', 'circle3')",
        1,
    ),
    "59 a refund of an unknown order is kept": (
        "SELECT count(*) FROM intermediate.int_events WHERE event_id = 'refund_unknown'", 1
    ),
    "59 a refund of an unknown order is flagged": (
        "SELECT flag FROM intermediate.int_orders_flagged WHERE order_id = 'nobody_ordered_this'",
        "refund_of_unknown_order",
    ),
    "59 a refund above its order is flagged": (
        "SELECT count(*) FROM intermediate.int_orders_flagged "
        "WHERE flag = 'refund_above_order' AND refund_amount > 90000",
        1,
    ),
    "60 a known order id under another login is a conflict": (
        "SELECT count(*) FROM raw.conflicts WHERE entity = 'orders'", 1
    ),
    "60 one invoice of two customers is flagged": (
        "SELECT order_id FROM intermediate.int_orders_flagged WHERE flag = 'several_buyers'", "shared_invoice"
    ),
    "61 a known event in another case is counted": (
        "SELECT event_type FROM intermediate.int_events WHERE event_id = 'wrong_case'", "view"
    ),
    "61 5,000 unknown names are kept and published as at most 500": (
        "SELECT count(*) || ' rows, ' || sum(event_count) FILTER (event_type = 'unknown') || ' unknown events' "
        "FROM insight.event_names WHERE source = 'shop'",
        # One more is of case 69.
        f"500 rows, {NAMES + 1} unknown events",
    ),
    "62 an address is cut to its network, no address is none": (
        "SELECT string_agg(coalesce(truncated_ip, 'none'), ', ' ORDER BY event_id) FROM raw.shop__events "
        "WHERE event_id LIKE 'address%'",
        "10.1.2.0/24, 2001:db8:0::/48, none",
    ),
    "63 5,000 events of one id in a minute are a program's": (
        "SELECT count(*) FILTER (is_bot) FROM intermediate.int_events WHERE event_id LIKE 'pace%'", PACE
    ),
    "63 a program makes no person's feature": (
        "SELECT coalesce(sum(event_count), 0) FROM intermediate.int_activity_daily "
        "WHERE identifier_key = (SELECT any_value(anonymous_key) FROM raw.shop__events WHERE event_id = 'pace1')",
        0,
    ),
    "69 an e-mail in an event's name and in an address, a phone and a card in free text": (
        "SELECT string_agg(column_name || ' ' || kind, ', ' ORDER BY column_name, kind) FROM raw.personal_data "
        "WHERE source_file LIKE '%personal%'",
        "event_type email, page_url email, query card, query phone",
    ),
}  # fmt: skip


def land(landing: Path, day: date) -> None:
    """Put a day of bad input into a shop's landing."""
    shop = landing / "shop" / str(day)
    order = json.loads(_some_order(landing))
    _lines(
        shop / "events.names.jsonl",
        [_event(day, event_id=f"name{number}", event_type=f"word-{number}") for number in range(NAMES)],
    )
    _lines(
        shop / "events.shared.jsonl",
        [
            _event(day, event_id=f"shared{number}", anonymous_id=f"browser{number}", user_id="test account")
            for number in range(SHARED)
        ],
    )
    _lines(
        shop / "events.pace.jsonl",
        [_event(day, event_id=f"pace{number}", anonymous_id="pace") for number in range(PACE)],
    )
    _lines(
        shop / "events.odd.jsonl",
        [
            _event(day, event_id="wrong_case", event_type="View"),
            *(
                _event(day, event_id=f"address{number}", ip=ip)
                for number, ip in enumerate(("10.1.2.3", "2001:db8::1", "300.1.2.3.4"))
            ),
        ],
    )
    _lines(
        shop / "events.personal.jsonl",
        [
            _event(day, event_id="personal1", event_type="joined ann@example.org", query="+4917012345678"),
            _event(day, event_id="personal2", page_url="/?to=ann%40example.org", query="4111 1111 1111 1111"),
        ],
    )
    refund = {"user_id": order["user_id"], "refunded_at": f"{day}{AT}", "quantity": 1}
    _lines(
        shop / "refunds.odd.jsonl",
        [
            {**refund, "refund_id": "refund_unknown", "order_id": "nobody_ordered_this", "amount": 5},
            {**refund, "refund_id": "refund_above", "order_id": order["order_id"], "amount": 99_999},
        ],
    )
    _lines(shop / "orders.again.jsonl", [{**order, "user_id": "somebody else"}])
    _segment(landing / "segment" / str(day), day)
    _invoices(landing / "online_retail" / str(day), day)


def _event(day: date, **changes: Any) -> dict[str, Any]:
    return json.loads(line(occurred_at=f"{day}{AT}", **changes))


def _some_order(landing: Path) -> bytes:
    for path in sorted(landing.glob("shop/*/orders.jsonl*")):
        with pa.input_stream(path, compression="detect") as file:
            if content := file.read():
                return content.splitlines()[0]
    raise FileNotFoundError("no day of the shop has an order")


def _lines(path: Path, records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def _segment(folder: Path, day: date) -> None:
    call = {"timestamp": f"{day}{AT}", "anonymousId": "one"}
    off = f"{day.year - 3}{str(day)[4:]}{AT}"
    _lines(folder / "calls.jsonl", [
        {**call, "messageId": "three_years_off", "type": "page", "timestamp": off, "originalTimestamp": off,
         "sentAt": off, "receivedAt": f"{day}{AT}"},
        {**call, "messageId": "circle1", "type": "alias", "userId": "ann", "previousId": "one"},
        {**call, "messageId": "circle2", "type": "alias", "userId": "ann", "previousId": "ann"},
        {**call, "messageId": "circle3", "type": "identify", "userId": "ann"},
    ])  # fmt: skip


def _invoices(folder: Path, day: date) -> None:
    times = [f"{day} 10:00:00", f"{day} 10:00:00", "2011-03-27 01:30:00", "2011-10-30 01:30:00"]
    folder.mkdir(parents=True)
    table = {
        "InvoiceNo": ["shared_invoice", "shared_invoice", "fold1", "fold2"],
        "StockCode": ["a", "b", "a", "a"],
        "Quantity": [1, 1, 1, 1],
        "InvoiceDate": times,
        "UnitPrice": [2.5, 2.5, 2.5, 2.5],
        "CustomerID": [1, 2, 3, 3],
    }
    pq.write_table(pa.table(table), folder / "lines.parquet")
