"""A day of an entity with far fewer or far more records than usual is found; its contract says what then."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from small_shop import CONTRACTS, DAY, Shop, line

from dmp.landing.volumes import VolumeRules, find_volumes, unusual_volumes

USUAL = 200


def land_days(shop: Shop, *counts: int) -> None:
    """Land a day with each number of events; 0 lands no file."""
    for number, count in enumerate(counts):
        day = DAY + timedelta(number)
        if count:
            content = b"".join(line(event_id=f"{number}-{event}") + b"\n" for event in range(count))
            shop.land("events.jsonl", content, day)
    shop.load()
    find_volumes(shop.connection, {"shop": CONTRACTS["shop"]})


@pytest.mark.parametrize("count", [0, 100, 1000])
def test_a_day_without_rows_with_half_and_with_five_times_the_usual_is_unusual(
    shop: Shop, count: int
) -> None:
    land_days(shop, *[USUAL] * 7, count, USUAL)
    assert unusual_volumes(shop.connection, DAY, date(2100, 1, 1)) == [
        ("shop", "events", DAY + timedelta(7), count, USUAL, "warn")
    ]


def test_usual_days_small_days_and_the_first_week_are_not_judged(shop: Shop) -> None:
    land_days(shop, 1, *[USUAL] * 6, 101, 399)
    assert unusual_volumes(shop.connection, DAY, date(2100, 1, 1)) == []
    rules = VolumeRules(least_count=500)
    contract = CONTRACTS["shop"].model_copy(update={"volume": rules})
    shop.land("events.jsonl", line(), DAY + timedelta(9))
    shop.load()
    find_volumes(shop.connection, {"shop": contract})
    assert unusual_volumes(shop.connection, DAY, date(2100, 1, 1)) == []


def test_a_contract_says_whether_the_run_stops(shop: Shop) -> None:
    contract = CONTRACTS["shop"].model_copy(update={"volume": VolumeRules(unusual="stop")})
    land_days(shop, *[USUAL] * 7, 0, USUAL)
    find_volumes(shop.connection, {"shop": contract})
    assert [rule for *_, rule in unusual_volumes(shop.connection, DAY, date(2100, 1, 1))] == ["stop"]
    ignored = CONTRACTS["shop"].model_copy(update={"volume": VolumeRules(unusual="ignore")})
    find_volumes(shop.connection, {"shop": ignored})
    assert unusual_volumes(shop.connection, DAY, date(2100, 1, 1)) == []
