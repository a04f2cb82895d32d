"""Originals become landed days, and landed days become rows; with real data where it is at hand."""

import gzip
import os
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_shop import CONTRACTS, Shop

from dmp.landing.importing import import_source
from dmp.landing.mapping import canonical_sql
from dmp.settings import PROJECT, SettingsError

DATA = Path(os.environ.get("DMP_DATA") or PROJECT.parent / "shared" / "data")


def original(folder: Path, records: dict[str, list[object]]) -> None:
    """Write a tiny original of the Taobao log."""
    pq.write_table(pa.table(records), folder / "user_behavior.parquet")


def behaviours(*seconds: int | None) -> dict[str, list[object]]:
    """Return one view per time, of user 1, 2, ..."""
    count = len(seconds)
    return {
        "user_id": list(range(1, count + 1)),
        "item_id": [7] * count,
        "category_id": [8] * count,
        "behavior_type": ["pv"] * count,
        "ts": list(seconds),
    }


def real(name: str) -> Path:
    """Return a folder of real data; skips the test where it is absent."""
    if not (DATA / name).is_dir():
        pytest.skip(f"{DATA / name} is absent: set DMP_DATA to the folder of real data")
    return DATA / name


def test_a_landed_day_is_the_local_date_of_the_event(tmp_path: Path) -> None:
    # 2017-11-25 00:00 in Shanghai is still the 24th in Greenwich.
    original(tmp_path, behaviours(1511539199, 1511539200, 1511625600))
    summary = import_source("taobao_userbehavior", tmp_path, tmp_path / "landing")
    assert (summary.record_count, summary.day_count) == (3, 3)
    assert (summary.first, summary.last) == (date(2017, 11, 24), date(2017, 11, 26))


def test_unreadable_times_land_on_the_first_day_and_are_rejected_there(tmp_path: Path, shop: Shop) -> None:
    original(tmp_path, behaviours(1511625600, None, 0, 1511625601, 1511625600000))
    import_source("taobao_userbehavior", tmp_path, shop.landing)
    shop.source = "taobao_userbehavior"
    [account] = shop.load()
    assert (account.record_count, account.accepted_count, account.rejected_count) == (5, 2, 3)
    assert shop.reasons() == [(2, "ts", "missing"), (3, "ts", "too_early"), (5, "ts", "not_timestamp")]
    assert (
        b'"ts":"1511625600000"' in shop.vault_rows("SELECT content FROM rejects ORDER BY source_line")[2][0]
    )


def test_a_source_may_be_older_than_the_year_2000(tmp_path: Path, shop: Shop) -> None:
    days = [date(1996, 12, 31), date(1997, 1, 1), date(1998, 6, 30)]
    bought = {"customer_id": ["00001"] * 3, "date": days, "number_of_cds": [1] * 3, "dollar_value": [9.5] * 3}
    pq.write_table(pa.table(bought), tmp_path / "cdnow_master.parquet")
    summary = import_source("cdnow", tmp_path, shop.landing)
    assert (summary.first, summary.last) == (date(1997, 1, 1), date(1998, 6, 30))
    shop.source = "cdnow"
    assert sum(account.accepted_count for account in shop.load()) == 2
    assert shop.reasons() == [(1, "purchased_on", "too_early")]


def test_a_log_without_times_is_dated_backwards_from_everybodys_last_record(
    tmp_path: Path, shop: Shop
) -> None:
    reviews = {"user_id": [1, 2, 1, 2, 1], "pos": [0, 1, 2, 0, 1], "item_id": [7, 8, 9, 7, 8]}
    pq.write_table(pa.table(reviews), tmp_path / "Beauty.parquet")
    summary = import_source("amazon_beauty", tmp_path, shop.landing)
    assert (summary.first, summary.last, summary.day_count) == (date(2014, 7, 18), date(2014, 7, 20), 3)
    shop.source = "amazon_beauty"
    assert sum(account.accepted_count for account in shop.load()) == 5
    landed = "SELECT landed_date, list(place ORDER BY place) FROM raw.amazon_beauty__reviews GROUP BY ALL ORDER BY 1"
    assert shop.rows(landed) == [
        (date(2014, 7, 18), [0]),
        (date(2014, 7, 19), [0, 1]),
        (date(2014, 7, 20), [1, 2]),
    ]
    mapped = canonical_sql(CONTRACTS["amazon_beauty"], "reviews", "events")
    times = f"SELECT DISTINCT strftime({mapped['event_at']}, '%d %X'), {mapped['is_order_only']}, "
    assert shop.rows(f"{times}{mapped['is_date_declared']} FROM raw.amazon_beauty__reviews ORDER BY 1")[
        :2
    ] == [
        ("18 12:00:00", True, True),
        ("19 12:00:00", True, True),
    ]


def test_what_a_publisher_gives_whole_ends_a_day_before_the_rest(tmp_path: Path) -> None:
    visits = {
        "split": ["train", "train", "test", "test"],
        "user_id": [1] * 4,
        "vroot_id": [1000, 1001, 1001, 1000],
    }
    pq.write_table(pa.table(visits), tmp_path / "visits.parquet")
    (tmp_path / "vroots.csv.gz").write_bytes(gzip.compress(b"vroot_id,title,url\n1000,regwiz,/regwiz\n"))
    import_source("msweb", tmp_path, tmp_path / "landing")
    found = {
        path.parent.name: pq.read_table(path).select(["split", "vroot_id"]).to_pylist()
        for path in (tmp_path / "landing").rglob("visits.parquet")
    }
    assert found == {
        "1998-02-13": [{"split": "train", "vroot_id": 1000}],
        "1998-02-14": [{"split": "train", "vroot_id": 1001}, {"split": "test", "vroot_id": 1001}],
        "1998-02-15": [{"split": "test", "vroot_id": 1000}],
    }


def test_importing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    original(tmp_path, behaviours(1511539200, 1511625600, 1511539201))
    landings = [tmp_path / "a", tmp_path / "b"]
    for landing in landings:
        import_source("taobao_userbehavior", tmp_path, landing)
    files = [{p.relative_to(at): p.read_bytes() for p in at.rglob("*.parquet")} for at in landings]
    assert files[0] == files[1]
    assert len(files[0]) == 2


@pytest.mark.parametrize("source", ["nobody", "shop", "taobao_userbehavior"])
def test_what_cannot_be_imported_stops_with_a_sentence(tmp_path: Path, source: str) -> None:
    with pytest.raises(SettingsError):
        import_source(source, tmp_path, tmp_path / "landing")


def test_a_damaged_parquet_file_is_refused(tmp_path: Path, shop: Shop) -> None:
    original(tmp_path, behaviours(*range(1511539200, 1511541200)))
    import_source("taobao_userbehavior", tmp_path, shop.landing)
    [path] = shop.landing.rglob("*.parquet")
    content = bytearray(path.read_bytes())
    content[300] ^= 255
    path.write_bytes(bytes(content))
    shop.source = "taobao_userbehavior"
    [account] = shop.load()
    assert account.is_refused and "damaged" in (account.refusal_reason or "")


def test_a_local_time_is_read_in_the_contracts_zone_and_flagged_where_clocks_change(shop: Shop) -> None:
    times = ["2011-03-26 01:30:00", "2011-03-27 01:30:00", "2011-07-01 12:00:00", "2011-10-30 01:30:00"]
    records = {
        "InvoiceNo": ["1", "2", "C3", "4"],
        "StockCode": ["a"] * 4,
        "Quantity": [1, 1, -1, 1],
        "InvoiceDate": times,
        "UnitPrice": [0.001, 2.5, 2.5, 2.5],
        "CustomerID": [17850, None, 17850, 0],
    }
    path = shop.landing / "online_retail" / "2011-12-01" / "lines.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table(records), path)
    shop.source = "online_retail"
    [account] = shop.load()
    assert account.accepted_count == 4
    rows = shop.rows(
        "SELECT strftime(invoice_date, '%m-%d %H:%M'), is_ambiguous_time, login_key IS NULL, unit_price::VARCHAR, "
        "invoice_number "
        "FROM raw.online_retail__lines ORDER BY source_line"
    )
    assert rows == [
        ("03-26 01:30", False, False, "0.0010", "1"),
        ("03-27 01:30", True, True, "2.5000", "2"),
        ("07-01 11:00", False, False, "2.5000", "C3"),
        ("10-30 01:30", True, True, "2.5000", "4"),
    ]


def test_a_parquet_file_without_a_required_column_is_refused(shop: Shop) -> None:
    path = shop.landing / "online_retail" / "2011-12-01" / "lines.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"InvoiceNo": ["1"]}), path)
    shop.source = "online_retail"
    [account] = shop.load()
    assert account.refusal_reason == "the required column 'StockCode' is missing"


def test_the_real_taobao_sample_loads_in_full(shop: Shop) -> None:
    folder = real("taobao_userbehavior_sample")
    assert import_source("taobao_userbehavior", folder, shop.landing).record_count == 84_475
    shop.source = "taobao_userbehavior"
    assert sum(account.accepted_count for account in shop.load()) == 84_475
    assert shop.rows("SELECT count(DISTINCT login_key) FROM raw.taobao_userbehavior__behaviours") == [(815,)]


def test_the_real_invoices_load_in_full(shop: Shop) -> None:
    folder = real("online_retail")
    assert import_source("online_retail", folder, shop.landing).record_count == 541_909
    shop.source = "online_retail"
    assert sum(account.accepted_count for account in shop.load()) == 541_909
    assert shop.rows(
        "SELECT count(DISTINCT order_key), count(DISTINCT login_key), sum(quantity), "
        "sum(quantity * unit_price)::DECIMAL(18,3)::VARCHAR, count(*) FILTER (login_key IS NULL) "
        "FROM raw.online_retail__lines"
    ) == [(25_900, 4_372, 5_176_450, "9747747.934", 135_080)]
