"""Metrics of people are what a count of the raw events gives, for any person and any day."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_shop_events import RawShop, counted

from dmp.settings import Home

CUTS = '"warehouse"."intermediate"."int_cuts"'
PEOPLE_A_DAY = 12
# Made of the columns that are counted here.
DERIVED = {
    "is_identified",
    "purchase_gap_mean_days",
    "purchase_gap_last_days",
    "purchase_gap_stddev_days",
    "purchase_overdue_ratio",
    "purchase_rate_life",
    "order_share_90d",
    "average_order_amount_life",
    "average_rating_life",
    "click_rate_30d",
    "click_rate_90d",
    "click_rate_life",
}
KEYS = {"as_of_date", "user_key", "user_id"}


@pytest.fixture(scope="module")
def shop(shop_home: Home) -> RawShop:
    return RawShop.read(shop_home)


def as_of(home: Home, model: str, day: date) -> dict[int, dict]:
    """Return the rows of a model by person as of a day, from the SQL that dbt made of it for the last one."""
    (compiled,) = (home.root / "dbt" / "compiled").rglob(f"{model}.sql")
    query = compiled.read_text(encoding="utf-8")
    assert CUTS in query
    query = query.replace(CUTS, f"(select date '{day}' as as_of_date, true as is_served)")
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        rows = connection.execute(query)
        names = [column[0] for column in rows.description]
        people = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return {person["user_key"]: person for person in people}


@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_metrics_of_random_people_and_days_equal_a_count_of_the_raw_events(
    shop_home: Home, shop: RawShop, data: st.DataObject
) -> None:
    day = data.draw(st.dates(*shop.landed_range()), label="as of")
    metrics, engagement = (as_of(shop_home, model, day) for model in ("user_metrics", "user_engagement"))
    done = shop.done(day)
    assert metrics.keys() == engagement.keys() == done.keys()
    for user in data.draw(st.lists(st.sampled_from(sorted(metrics)), max_size=PEOPLE_A_DAY, unique=True)):
        found, expected = {**metrics[user], **engagement[user]}, counted(done[user], day)
        assert found.keys() - DERIVED - KEYS == expected.keys()
        assert {name: found[name] for name in expected} == expected
