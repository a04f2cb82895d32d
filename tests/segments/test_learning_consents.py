"""Lookalikes and groups by outcome are learned from, and list, people alone who consent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from dmp.segments.learned import QUARTER, lookalikes, outcome_groups
from dmp.settings import DmpError, Home

LAST = date(2026, 6, 28)
# Every other person consents; every fourth buys bags, and is in the segment.
WAREHOUSE = f"""
CREATE SCHEMA profiles; CREATE SCHEMA segments; CREATE SCHEMA vectors;
CREATE TABLE profiles.user_metrics AS
SELECT DATE '{LAST}' AS as_of_date, range AS user_key, range % 7 AS order_count_life, range % 3 AS order_count_90d
FROM range(400);
CREATE TABLE profiles.user_metrics_history AS
SELECT cut::DATE AS as_of_date, people.* EXCLUDE (as_of_date)
FROM profiles.user_metrics AS people
CROSS JOIN (VALUES ('{LAST}'), ('{LAST - QUARTER}'), ('{LAST - 2 * QUARTER}')) AS cuts (cut);
CREATE TABLE profiles.user_consents AS
SELECT user_key, user_key % 2 = 0 AS is_consented_analytics, user_key % 2 = 1 AS is_consented_personalisation
FROM profiles.user_metrics;
CREATE TABLE profiles.identity_map AS SELECT user_key AS identifier_key, user_key FROM profiles.user_metrics;
CREATE TABLE profiles.user_item_activity AS
SELECT user_key, CASE WHEN user_key % 4 = 0 THEN 'bag' ELSE 'cup' END AS item_id, 1 AS purchase_count,
    DATE '9999-12-31' AS known_to
FROM profiles.user_metrics;
CREATE TABLE vectors.user_vectors AS SELECT user_key, [user_key / 400.0, 1.0] AS vector FROM profiles.user_metrics;
CREATE TABLE segments.segments AS SELECT 'bag_buyers' AS segment_id, 'analytics' AS purpose;
CREATE TABLE segments.user_segments AS
SELECT user_key, 'bag_buyers' AS segment_id FROM profiles.user_metrics WHERE user_key % 8 = 0 OR user_key % 8 = 5;
"""
OTHERS_CHANGE = """
UPDATE profiles.user_metrics SET order_count_life = 1000 WHERE user_key % 2 = 1;
UPDATE profiles.user_metrics_history SET order_count_life = 1000, order_count_90d = 9 WHERE user_key % 2 = 1;
UPDATE profiles.user_item_activity SET item_id = 'bag' WHERE user_key % 2 = 1;
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(WAREHOUSE)
    return home


def test_who_does_not_consent_is_not_listed_as_alike(home: Home) -> None:
    found = lookalikes(home, "bag_buyers", 1.0)
    assert {row["user_key"] for row in found} == {key for key in range(0, 400, 2) if key % 8}


def test_nothing_is_learned_of_them(home: Home) -> None:
    found, groups = lookalikes(home, "bag_buyers", 1.0), outcome_groups(home)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(OTHERS_CHANGE)
    assert lookalikes(home, "bag_buyers", 1.0) == found
    assert outcome_groups(home) == groups
    assert sum(group["support"] for group in groups) == 200


def test_who_was_joined_since_is_asked_for_as_who_they_are_today(home: Home) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("UPDATE profiles.identity_map SET user_key = 0 WHERE identifier_key = 1")
    assert sum(group["support"] for group in outcome_groups(home)) == 201


def test_a_segment_that_is_not_there_is_named(home: Home) -> None:
    with pytest.raises(DmpError, match="there is no segment 'bags'"):
        lookalikes(home, "bags", 0.1)
