"""Public data sets, imported and loaded with nothing but their contracts; counts as their publishers state them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
    "ipinyou": Published(
        "ipinyou_raw_sample",
        10_442,
        10_442,
        "SELECT sum(payprice)::BIGINT, count(DISTINCT anonymous_key) FROM raw.ipinyou__impressions",
        (875_561, 8_861),
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
