"""Columns that come, go or change their type: noticed against the contract and the day before, with a rule each."""

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import small_shop
from small_shop import DAY, Shop, line, lines

from dmp.landing.drift import DriftError
from dmp.landing.drift_rules import DriftRules

NEXT, THIRD = date(2024, 3, 2), date(2024, 3, 3)
HEADER = b"item_id,name,price_amount,updated_at\n"
ROW = b"i%d,Pan,9.90,2024-03-01T00:00:00Z\n"
FOUND = (
    "SELECT landed_date, column_name, kind, type_before, type_now, rule FROM raw.schema_drift ORDER BY ALL"
)


def ruled(monkeypatch: pytest.MonkeyPatch, **rules: Any) -> None:
    """Give the shop's contract other drift rules."""
    shop = small_shop.CONTRACTS["shop"]
    changed = shop.model_copy(update={"drift": DriftRules(**rules)})
    monkeypatch.setitem(small_shop.CONTRACTS, "shop", changed)


def events(**changes: Any) -> bytes:
    return b"".join(line(event_id=f"{changes}{number}", **changes) + b"\n" for number in range(4))


def exposures(shop: Shop, day: date, cost: Any) -> None:
    columns = {name: [name] for name in ("exposure_id", "campaign_id", "user_id", "channel")}
    times = {"is_holdout": [True], "exposed_at": [f"{day}T00:00:00Z"], "cost_amount": [cost]}
    pq.write_table(pa.table(columns | times), shop.land("exposures.parquet", b"", day))


def test_a_new_column_is_told_once_and_again_when_it_goes(shop: Shop) -> None:
    shop.land("items.csv", HEADER + ROW % 1)
    shop.land("items.csv", b"colour," + HEADER + b"red," + ROW % 2, NEXT)
    shop.land("items.csv", b"colour," + HEADER + b"red," + ROW % 3, THIRD)
    shop.land("items.csv", HEADER + ROW % 4, date(2024, 3, 4))
    shop.load()
    assert shop.rows(FOUND) == [
        (NEXT, "colour", "new", None, "text", "carry"),
        (date(2024, 3, 4), "colour", "missing", "text", None, "ignore"),
    ]


def test_day_by_day_finds_the_same_drift(shop: Shop) -> None:
    shop.land("events.jsonl", events())
    shop.land("events.jsonl", events(colour="red"), NEXT)
    shop.land("events.jsonl", events(colour=7), THIRD)
    shop.load()
    at_once = shop.rows(FOUND)
    for day in (DAY, NEXT, THIRD):
        shop.load(day, day)
    assert shop.rows(FOUND) == at_once
    assert at_once == [
        (NEXT, "colour", "new", None, "text", "carry"),
        (THIRD, "colour", "retyped", "text", "number", "ignore"),
    ]


def test_a_name_that_every_record_had_is_missed_and_a_rare_one_is_not(shop: Shop) -> None:
    shop.land("events.jsonl", events(query="pan", position=1) + line(event_id="r", position=1))
    shop.land("events.jsonl", events(), NEXT)
    shop.load()
    assert shop.rows(FOUND) == [(NEXT, "position", "missing", "number", None, "ignore")]


def test_a_required_column_that_is_missing_is_told_beside_the_refusal(shop: Shop) -> None:
    account = shop.load_one("items.csv", b"item_id,name\ni1,Pan\n")
    assert account.is_refused
    assert shop.rows(FOUND) == [(DAY, "updated_at", "missing", "timestamp", None, "ignore")]


def test_values_that_the_contracts_type_cannot_read_are_a_column_retyped(shop: Shop) -> None:
    shop.land("items.csv", HEADER + (ROW % 1).replace(b"9.90", b"9 euros"))
    shop.load()
    assert shop.rows(FOUND) == [(DAY, "price_amount", "retyped", "decimal", "no decimal", "ignore")]


def test_a_parquet_column_of_another_type_is_retyped(shop: Shop) -> None:
    exposures(shop, DAY, 1.5)
    exposures(shop, NEXT, "1.5")
    shop.load()
    assert shop.rows(FOUND) == [(NEXT, "cost_amount", "retyped", "double", "string", "ignore")]


@pytest.mark.parametrize(
    ("rules", "content", "words"),
    [
        ({"new": "stop"}, b"colour," + HEADER + b"red," + ROW % 2, "the column 'colour' is new"),
        ({"missing": "stop"}, b"item_id,updated_at,name\ni2,2024-03-01T00:00:00Z,Pan\n", "'price_amount' is missing"),
        ({"retyped": "stop"}, HEADER + (ROW % 2).replace(b"9.90", b"cheap"), "'price_amount' is retyped"),
    ],
)  # fmt: skip
def test_stop_undoes_the_load_and_says_what_to_do(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, rules: dict, content: bytes, words: str
) -> None:
    ruled(monkeypatch, **rules)
    shop.land("items.csv", HEADER + ROW % 1)
    shop.load()
    shop.land("items.csv", content, NEXT)
    with pytest.raises(DriftError, match=words):
        shop.load(NEXT, NEXT)
    assert shop.rows("SELECT item_id FROM raw.shop__items") == [("i1",)]
    assert len(shop.rows("FROM raw.landed_files")) == 1


def test_ignore_leaves_new_columns_out(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled(monkeypatch, new="ignore")
    shop.load_one("events.jsonl", events(colour="red"))
    assert shop.rows("SELECT DISTINCT properties FROM raw.shop__events") == [(None,)]


def test_carry_keeps_what_a_type_cannot_read_as_text(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled(monkeypatch, retyped="carry")
    content = events(position="first") + line(event_id="good", position=3, colour="red")
    assert shop.load_one("events.jsonl", content).rejected_count == 0
    assert shop.rows("SELECT DISTINCT position, properties FROM raw.shop__events ORDER BY ALL") == [
        (3, '{"colour":"red"}'),
        (None, '{"position":"first"}'),
    ]


def test_broken_lines_and_odd_names_drift_nowhere(shop: Shop) -> None:
    shop.load_one("events.jsonl", lines(3) + b'{"a"\n[1]\n' + line(event_id="q", **{"a\"b'": 1}))
    assert shop.rows(FOUND) == [(DAY, "a\"b'", "new", None, "number", "carry")]
