"""Public data sets, imported and loaded with nothing but their contracts; counts as their publishers state them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from small_shop import Shop

from dmp.landing.importing import import_source


@dataclass(frozen=True)
class Published:
    """A data set's folder, its records, how many of them are good, and counts that its publisher states."""

    folder: str
    records: int
    accepted: int
    query: str
    counts: tuple[int, ...]


SETS = {
    "rees46": Published(
        "rees46_tiny",
        1_000,
        1_000,
        "SELECT count(DISTINCT login_key), count(*) FILTER (event_type = 'view') FROM raw.rees46__events",
        (330, 987),
    ),
    # One line ends inside its user agent.
    "web_log": Published(
        "apache_access_log",
        10_000,
        9_999,
        "SELECT count(*) FILTER (status = 404), count(*) FILTER (status = 206) FROM raw.web_log__requests",
        (213, 45),
    ),
    "cdnow": Published(
        "cdnow",
        69_659,
        69_659,
        "SELECT count(DISTINCT login_key), sum(number_of_cds), sum((100 * dollar_value)::BIGINT) "
        "FROM raw.cdnow__purchases",
        (23_570, 167_881, 250_031_563),
    ),
    "ipinyou": Published(
        "ipinyou_raw_sample",
        10_442,
        10_442,
        "SELECT sum(payprice)::BIGINT, count(DISTINCT anonymous_key) FROM raw.ipinyou__impressions",
        (875_561, 8_861),
    ),
    "open_bandit": Published(
        "open_bandit_small",
        40_000,
        40_000,
        "SELECT sum(click)::BIGINT, count(DISTINCT item_id) FILTER (campaign = 'men'), count(DISTINCT item_id), "
        "count(DISTINCT anonymous_key) FROM raw.open_bandit__impressions",
        (207, 34, 46, 40_000),
    ),
    # Three events sent twice, one id in two of the files, one line without an event.
    "snowplow": Published(
        "snowplow_events",
        1_995,
        1_990,
        "SELECT count(*), count(DISTINCT anonymous_key) FROM raw.snowplow__events "
        "WHERE source_file LIKE '%events.2.%'",
        (157, 42),
    ),
}


@pytest.mark.parametrize("source", SETS)
def test_a_public_data_set_loads_in_full(shop: Shop, real_data: Path, source: str) -> None:
    published = SETS[source]
    summary = import_source(source, real_data / published.folder, shop.landing)
    shop.source = source
    accepted = sum(account.accepted_count for account in shop.load())
    assert (summary.record_count, accepted) == (published.records, published.accepted)
    assert shop.rows(published.query) == [published.counts]


# The whole sets go through `python -m benchmarks.proofs.sources`.
CUT = 200
CUTS = {
    "eshop_clothing": (
        "eshop_clothing_2008",
        "SELECT count(*), count(DISTINCT session_id), sum(price), max(colour) FROM {clicks}",
        {"clicks": ("raw.eshop_clothing__clicks", "eshop_clothing_2008.parquet")},
    ),
    "complete_journey": (
        "complete_journey_sample",
        "SELECT (SELECT count(*) || ' ' || sum(sales_value::DECIMAL(18, 4)) FROM {sales}), count(DISTINCT coupon_upc), "
        "(SELECT count(*) FROM {people}) FROM {coupons}",
        {
            "sales": ("raw.complete_journey__transactions", "transactions_sample.parquet"),
            "people": ("raw.complete_journey__demographics", "demographics.parquet"),
            "coupons": ("raw.complete_journey__coupon_redemptions", "coupon_redemptions.parquet"),
        },
    ),
}


@pytest.mark.parametrize("source", CUTS)
def test_a_cut_of_a_public_data_set_says_the_same_as_its_original(
    shop: Shop, real_data: Path, tmp_path: Path, source: str
) -> None:
    name, query, tables = CUTS[source]
    originals = tmp_path / "originals"
    originals.mkdir()
    for path in (real_data / name).glob("*.parquet"):
        pq.write_table(pq.read_table(path).slice(0, CUT), originals / path.name)
    summary = import_source(source, originals, shop.landing)
    shop.source = source
    accounts = shop.load()
    assert (
        sum(account.accepted_count + account.duplicate_count for account in accounts) == summary.record_count
    )
    told = {table: f"'{originals / original}'" for table, (_, original) in tables.items()}
    loaded = {table: raw for table, (raw, _) in tables.items()}
    assert shop.rows(query.format(**loaded)) == shop.rows(query.format(**told))
