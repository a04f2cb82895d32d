from datetime import date

from small_shop import DAY, Shop, line, lines

NEXT = date(2024, 3, 2)


def counts(shop: Shop) -> list[tuple[int, int, int]]:
    """Return (accepted, duplicate, conflict) of each file in order."""
    return [(a.accepted_count, a.duplicate_count, a.conflict_count) for a in shop.load()]


def snapshot(shop: Shop) -> list[list[tuple[object, ...]]]:
    """Return every cell of the raw tables that events reach."""
    tables = ("shop__events", "landed_files", "rejects", "conflicts")
    return [shop.rows(f"FROM raw.{table} ORDER BY ALL") for table in tables]


def test_within_a_file_the_first_line_wins(shop: Shop) -> None:
    shop.land(
        "events.jsonl", line(item_id="a") + b"\n" + line(item_id="a") + b"\n" + line(item_id="b") + b"\n"
    )
    assert counts(shop) == [(1, 1, 1)]
    assert shop.rows("SELECT item_id, source_line FROM raw.shop__events") == [("a", 1)]
    assert shop.rows("SELECT source_line, winner_source_line FROM raw.conflicts") == [(3, 1)]


def test_across_days_the_earlier_day_wins(shop: Shop) -> None:
    shop.land("events.jsonl", lines(3))
    shop.land("events.jsonl", lines(3, first=2) + line(event_id="e1", item_id="other") + b"\n", NEXT)
    assert counts(shop) == [(3, 0, 0), (1, 2, 1)]
    assert shop.rows(
        "SELECT landed_date, source_line, winner_landed_date, winner_source_file, winner_source_line, "
        "payload_hash <> winner_payload_hash FROM raw.conflicts"
    ) == [(NEXT, 4, DAY, "shop/2024-03-01/events.jsonl", 1, True)]


def test_the_order_of_names_in_a_line_is_no_conflict(shop: Shop) -> None:
    shop.land("events.jsonl", line() + b"\n" + b'{"item_id": "i1", ' + line(item_id=...)[1:])
    assert counts(shop) == [(1, 1, 0)]


def test_a_file_delivered_again_under_another_name_adds_nothing(shop: Shop) -> None:
    shop.land("events.jsonl", lines(3) + b"broken\n")
    shop.land("events.again.jsonl", lines(3) + b"broken\n", NEXT)
    assert counts(shop) == [(3, 0, 0), (0, 4, 0)]
    assert shop.rows("SELECT notes FROM raw.landed_files ORDER BY landed_date") == [
        (None,),
        ("same content as shop/2024-03-01/events.jsonl",),
    ]


def test_loading_again_changes_no_cell(shop: Shop) -> None:
    shop.land("events.jsonl", lines(3) + b"broken\n")
    shop.land("events.jsonl", lines(3, first=2), NEXT)
    shop.load()
    once = snapshot(shop)
    shop.load()
    assert snapshot(shop) == once
    assert len(shop.vault_rows("FROM rejects")) == 1


def test_day_by_day_gives_what_one_range_gives(shop: Shop) -> None:
    shop.land("events.jsonl", lines(3) + b"broken\n")
    shop.land("events.jsonl", lines(3, first=2) + line(event_id="e1", item_id="other"), NEXT)
    shop.load()
    at_once = snapshot(shop)
    shop.load(DAY, DAY)
    shop.load(NEXT, NEXT)
    assert snapshot(shop) == at_once


def test_a_later_day_never_takes_a_record_from_an_earlier_one(shop: Shop) -> None:
    shop.land("events.jsonl", lines(2), NEXT)
    shop.load()
    shop.land("events.jsonl", lines(1))
    shop.load(DAY, NEXT)
    assert shop.rows("SELECT event_id, landed_date FROM raw.shop__events ORDER BY ALL") == [
        ("e1", DAY),
        ("e2", NEXT),
    ]


def test_a_new_version_of_a_file_replaces_its_rows(shop: Shop) -> None:
    shop.land("events.jsonl", lines(3))
    shop.load()
    shop.land("events.jsonl", lines(1, first=9))
    shop.load()
    assert shop.rows("SELECT event_id FROM raw.shop__events") == [("e9",)]
    assert len(shop.rows("FROM raw.landed_files")) == 1


def test_batches_do_not_change_the_winner(shop: Shop, monkeypatch) -> None:
    for part in range(4):
        shop.land(f"events.{part}.jsonl", lines(3, first=part))
    shop.load()
    in_one = snapshot(shop)
    monkeypatch.setattr("dmp.landing.entity_loading.BATCH_SIZE", 1)
    shop.load()
    assert snapshot(shop) == in_one


def test_a_large_file_is_read_in_blocks_with_the_same_result(shop: Shop, monkeypatch) -> None:
    shop.land("events.jsonl", lines(500) + b"\n" + lines(5) + b"broken")
    shop.load()
    whole = snapshot(shop)
    monkeypatch.setattr("dmp.landing.content.CHUNK", 1000)
    monkeypatch.setattr("dmp.landing.readers.HELD_IN_MEMORY", 5000)
    shop.load()
    assert snapshot(shop) == whole
