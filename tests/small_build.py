"""A home with a published build of three people, made by hand: for what reads a build, whatever made it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from dmp.landing.identifiers import identifier_key
from dmp.publish import publish
from dmp.settings import Home

AS_OF = date(2026, 6, 28)
LANDED = {AS_OF: {"shop/2026-06-28/events.jsonl": "0" * 64}}
# The first is known by a login and a cookie, the second by a login, the third by a cookie.
ANN, BOB, EVE = "00000000000000a1", "00000000000000b2", "00000000000000e3"
WAREHOUSE = """
CREATE SCHEMA profiles; CREATE SCHEMA predictions; CREATE SCHEMA raw; CREATE SCHEMA intermediate;
CREATE TABLE intermediate.int_events AS SELECT 1 AS event_id;
CREATE TABLE profiles.identity_map_history AS SELECT 1::BIGINT AS identifier_key;
CREATE TABLE profiles.user_profiles AS
SELECT DATE '2026-06-28' AS as_of_date, user_key, lower(lpad(to_hex(user_key), 16, '0')) AS user_id, *
    EXCLUDE (user_key), TIMESTAMPTZ '2026-01-02 23:30:00+00' AS registered_at, 2 AS active_day_count_30d,
    9 AS active_day_count_life, true AS is_consented_personalisation
FROM (
    VALUES (161::BIGINT, 36, 'Porto', 'refer', 5, 812.4000::DECIMAL(18, 4), 7),
        (178, NULL, NULL, 'acquire', NULL, 0, 0),
        (227, NULL, NULL, 'acquire', NULL, 0, 0)
) AS people (user_key, age, region, lifecycle_stage, rfm_monetary, purchase_amount_life, order_count_life);
COMMENT ON COLUMN profiles.user_profiles.age IS 'years, at the person''s last birthday';
CREATE TABLE profiles.user_consents AS
SELECT user_key, true AS is_consented_analytics, true AS is_consented_personalisation,
    false AS is_consented_advertising, false AS is_consented_sensitive
FROM profiles.user_profiles;
CREATE TABLE profiles.user_tags AS
SELECT user_key, 'personalisation' AS purpose, 'big_spender' AS tag_id, 'Big spender' AS tag_name_en, 0.7 AS tag_score,
    '{"metric": "purchase_amount_90d", "value": 812.4, "operator": ">=", "threshold": 500}'::JSON AS evidence,
    DATE '2026-03-01' AS valid_from
FROM profiles.user_profiles WHERE user_key = 161;
CREATE TABLE predictions.user_predictions AS
SELECT user_key, user_id, target, score, score_band, reason
FROM profiles.user_profiles
CROSS JOIN (
    VALUES ('purchase_30d', 0.41, 'A', NULL), ('churn_90d', NULL, NULL, 'bought nothing in the last 90 days')
) AS scores (target, score, score_band, reason);
CREATE TABLE predictions.prediction_parts AS
SELECT 161::BIGINT AS user_key, 'purchase_30d' AS target, *
FROM (
    VALUES ('order_count_90d', 7.0, 0.41, 1), ('(base value)', NULL, -0.2, 2)
) AS parts (feature, feature_value, contribution, part_rank);
CREATE TABLE raw.landed_files AS
SELECT 'shop' AS source, 'events' AS entity, DATE '2026-06-28' AS landed_date, 'events.jsonl' AS source_file,
    14 AS physical_line_count, 1 AS header_line_count, 0 AS continuation_line_count, 1 AS blank_line_count,
    12 AS record_count, 9 AS accepted_count, 1 AS duplicate_count, 0 AS conflict_count, 2 AS rejected_count,
    0 AS suppressed_count, false AS is_refused, NULL::VARCHAR AS refusal_reason;
CREATE TABLE raw.rejects AS
SELECT 'shop' AS source, 'events' AS entity, DATE '2026-06-28' AS landed_date,
    'shop/2026-06-28/events.jsonl' AS source_file, * FROM (
        VALUES (3, NULL, 'broken_json', 'no JSON', 'aa'), (5, 'occurred_at', 'future', 'a day ahead', 'bb')
    ) AS found (source_line, field, reason_code, reason, content_hash);
CREATE TABLE raw.schema_drift AS
SELECT 'shop' AS source, 'events' AS entity, DATE '2026-06-28' AS landed_date, 'events.jsonl' AS source_file,
    'colour' AS column_name, 'new' AS kind, NULL::VARCHAR AS type_before, 'text' AS type_now, 'carry' AS rule;
CREATE TABLE raw.personal_data AS
SELECT 'shop' AS source, 'events' AS entity, DATE '2026-06-28' AS landed_date, 'events.jsonl' AS source_file,
    'page_url' AS column_name, 'email' AS kind, 3 AS record_count;
CREATE TABLE raw.landed_volumes AS
SELECT 'shop' AS source, 'events' AS entity, DATE '2026-06-28' AS landed_date, 14 AS record_count, 140 AS usual_count,
    true AS is_unusual, 'warn' AS rule;
"""


def small_home(root: Path) -> Home:
    """Return a home whose warehouse is WAREHOUSE, not published yet."""
    home = Home.at(root)
    home.root.mkdir(parents=True, exist_ok=True)
    names = [("shop_login", "ann", 161), ("shop_anonymous", "cookie-1", 161), ("shop_login", "bob", 178)]
    names += [("shop_anonymous", "bob", 227)]
    keys = [(identifier_key(home.key(), namespace, text), namespace, key) for namespace, text, key in names]
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(WAREHOUSE)
        connection.execute(
            "CREATE TABLE profiles.identity_map (identifier_key BIGINT, identifier_type VARCHAR, user_key BIGINT)"
        )
        connection.executemany(
            "INSERT INTO profiles.identity_map VALUES (?, replace(?, 'shop_', ''), ?)", keys
        )
        connection.execute(
            """
            ALTER TABLE profiles.identity_map ADD COLUMN identifier_id VARCHAR;
            ALTER TABLE profiles.identity_map ADD COLUMN user_id VARCHAR;
            UPDATE profiles.identity_map SET identifier_id = lower(lpad(to_hex(identifier_key), 16, '0')),
                user_id = lower(lpad(to_hex(user_key), 16, '0'));
            """
        )
    return home


def published_home(root: Path) -> Home:
    """Return `small_home` with its first build."""
    home = small_home(root)
    publish(home, home.settings(), LANDED, AS_OF)
    return home
