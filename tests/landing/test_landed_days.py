import os
from datetime import date

from small_shop import DAY, Shop, lines

from dmp.landing.days import changed_days, landed_days

NEXT = date(2024, 3, 2)


def test_days_of_all_sources_with_a_contract_come_in_order_with_their_files(shop: Shop) -> None:
    shop.land("events.jsonl", lines(1), NEXT)
    shop.land("items.csv", b"", DAY)
    shop.land(".events.jsonl", lines(1))
    (shop.landing / "shop" / "notes").mkdir()
    shop.source = "online_retail"
    shop.land("lines.csv", b"x", DAY)
    shop.source = "no_contract"
    shop.land("lines.csv", b"x", date(2024, 3, 3))
    days = landed_days(shop.landing)
    assert {day: list(files) for day, files in days.items()} == {
        DAY: ["online_retail/2024-03-01/lines.csv", "shop/2024-03-01/items.csv"],
        NEXT: ["shop/2024-03-02/events.jsonl"],
    }


def test_no_landing_folder_means_no_days(shop: Shop) -> None:
    assert landed_days(shop.landing) == {}


def test_a_changed_file_changes_its_day_alone(shop: Shop) -> None:
    for day in (DAY, NEXT):
        shop.land("events.jsonl", lines(2), day)
    before = landed_days(shop.landing)
    assert changed_days(landed_days(shop.landing), before) is None
    shop.land("events.jsonl", lines(2, first=5), NEXT)
    assert changed_days(landed_days(shop.landing), before) == (NEXT, NEXT)


def test_a_touched_file_is_no_change_and_a_removed_one_is(shop: Shop) -> None:
    path = shop.land("events.jsonl", lines(2))
    before = landed_days(shop.landing)
    os.utime(path, (1, 1))
    assert landed_days(shop.landing) == before
    path.unlink()
    assert changed_days(landed_days(shop.landing), before) == (DAY, DAY)


def test_an_unchanged_file_is_not_read_again(shop: Shop, monkeypatch) -> None:
    shop.land("events.jsonl", lines(2))
    before = landed_days(shop.landing)
    monkeypatch.setattr("dmp.landing.days.fingerprint", None)
    assert landed_days(shop.landing) == before


def test_a_broken_index_is_made_anew(shop: Shop) -> None:
    shop.land("events.jsonl", lines(2))
    before = landed_days(shop.landing)
    (shop.landing / ".fingerprints.json").write_text("[1")
    assert landed_days(shop.landing) == before
