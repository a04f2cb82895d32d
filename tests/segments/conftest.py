"""A warehouse of a few people made by hand: two Sundays of history and a served Wednesday."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from dmp.segments.catalogue import Catalogue, read_catalogue

TABLES = """
CREATE SCHEMA profiles; CREATE SCHEMA predictions; CREATE SCHEMA intermediate;
CREATE TABLE profiles.user_metrics_history AS
SELECT * FROM (VALUES
    (DATE '2026-06-14', 1::BIGINT, 480::DECIMAL(18, 4), 5, true),
    ('2026-06-14', 2, 900, 70, true), ('2026-06-14', 3, NULL, NULL, false),
    ('2026-06-21', 1, 520.5, 12, true), ('2026-06-21', 2, 900, 77, true), ('2026-06-21', 4, 10, 1, false)
) AS history (as_of_date, user_key, spent_amount, recency_days, is_identified);
CREATE TABLE profiles.user_profiles AS
SELECT *, ['a', 'b'] AS tag_ids, TIMESTAMPTZ '2026-01-02 23:30:00+00' AS registered_at, true AS is_consented_analytics,
    user_key <> 2 AS is_consented_personalisation
FROM (VALUES
    (DATE '2026-06-24', 1::BIGINT, 520.5::DECIMAL(18, 4), 15, true, 'Porto'),
    ('2026-06-24', 2, 900, 80, true, NULL), ('2026-06-24', 4, 10, 4, false, 'O''Hara')
) AS people (as_of_date, user_key, spent_amount, recency_days, is_identified, region);
CREATE TABLE profiles.user_consents AS
SELECT user_key, is_consented_analytics, is_consented_personalisation FROM profiles.user_profiles;
CREATE TABLE profiles.user_tags AS
SELECT DATE '2026-06-24' AS as_of_date, user_key, tag_id, tag_score, valid_from::DATE AS valid_from
FROM (VALUES
    (1::BIGINT, 'big_spender', 0.7, '2026-06-14'), (4, 'likes_category', 0.5, '2026-06-20')
) AS tags (user_key, tag_id, tag_score, valid_from);
CREATE TABLE profiles.tag_rules AS
SELECT unnest(['big_spender', 'window_shopper', 'likes_category']) AS tag_id;
CREATE TABLE profiles.user_tag_changes AS
SELECT changed_on::DATE AS changed_on, user_key, tag_id, change
FROM (VALUES
    ('2026-06-14', 1::BIGINT, 'big_spender', 'entered'), ('2026-06-21', 1, 'big_spender', 'rose'),
    ('2026-06-14', 2, 'big_spender', 'entered'), ('2026-06-21', 2, 'big_spender', 'left'),
    ('2026-06-21', 2, 'window_shopper', 'entered'), ('2026-06-24', 2, 'window_shopper', 'left')
) AS changes (changed_on, user_key, tag_id, change);
CREATE TABLE profiles.user_taste_changes AS
SELECT changed_on::DATE AS changed_on, user_key, 'likes_category' AS tag_id, tag_value, change
FROM (VALUES
    ('2026-06-14', 2::BIGINT, 'Cups', 'entered'), ('2026-06-21', 2, 'Bags', 'entered'),
    ('2026-06-24', 2, 'Bags', 'left'), ('2026-06-24', 4, 'Cups', 'entered')
) AS changes (changed_on, user_key, tag_value, change);
CREATE TABLE predictions.prediction_models AS SELECT 'churn_90d' AS target;
CREATE TABLE predictions.user_predictions AS SELECT 1::BIGINT AS user_key, 'churn_90d' AS target, 0.6 AS score;
CREATE TABLE profiles.user_item_activity AS
SELECT user_key, DATE '2026-01-01' AS known_from, DATE '9999-12-31' AS known_to, item_id,
    event_date::DATE AS event_date, landed_date::DATE AS landed_date, view_count, 0 AS purchase_count
FROM (VALUES
    (1::BIGINT, 'bag', '2026-06-13', '2026-06-13', 2), (1, 'bag', '2026-06-20', '2026-06-23', 3),
    (2, 'cup', '2026-06-20', '2026-06-20', 1)
) AS activity (user_key, item_id, event_date, landed_date, view_count);
CREATE VIEW profiles.user_activity AS SELECT * EXCLUDE (item_id) FROM profiles.user_item_activity;
CREATE TABLE intermediate.int_items AS
SELECT item_id, category, category AS category_top, 'brand' AS brand, now() AS observed_at,
    DATE '2026-01-01' AS landed_date, 'items' AS source_file, 1 AS source_line
FROM (VALUES ('bag', 'Bags'), ('cup', 'Cups')) AS items (item_id, category);
"""


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(TABLES)
        yield connection


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        return read_catalogue(connection)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a rule's file; `who` is the text of its condition."""

    def written(
        who: str, name: str = "spenders", more: str = "version: 1", purpose: str = "analytics"
    ) -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(
            f"id: {name}\nnames: {{en: {name}, zh: 人群}}\nowner: growth\npurpose: {purpose}\n{more}\nwho: {who}\n"
        )
        return path

    return written
