"""A published home with a segment of three people: two have contacts, two consent to advertising, one has both."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dmp.landing.vault import open_vault
from dmp.publish import publish
from dmp.settings import Home
from tests.small_build import AS_OF, LANDED, small_home

# Ann is 161, Bob 178, Eve 227.
SEGMENT = """
CREATE SCHEMA segments;
CREATE TABLE segments.segments AS
SELECT 'loyal' AS segment_id, 'Loyal' AS segment_name, 'analytics' AS purpose, 'orders >= 3' AS rule, 4 AS person_count;
CREATE TABLE segments.user_segments AS
SELECT user_key, 'loyal' AS segment_id, 'Loyal' AS segment_name, 'analytics' AS purpose,
    DATE '2026-06-01' AS valid_from, '3 orders' AS reason
FROM profiles.user_profiles;
CREATE TABLE profiles.user_interests AS
SELECT 161::BIGINT AS user_key, 'category' AS kind, 'Tents' AS value, 1 AS interest_rank;
CREATE TABLE profiles.audience_taxonomy AS
SELECT 'category' AS kind, 'Tents' AS value, 725 AS iab_audience_id, 'Interest | Travel | Camping' AS iab_audience_name;
UPDATE profiles.user_consents SET is_consented_advertising = user_key IN (161, 227);
ALTER TABLE profiles.user_profiles ADD COLUMN is_consented_advertising BOOLEAN;
UPDATE profiles.user_profiles SET is_consented_advertising = user_key IN (161, 227);
INSERT INTO profiles.identity_map VALUES
    (1001, 'email', 161, '00000000000003e9', '00000000000000a1'),
    (1002, 'phone', 161, '00000000000003ea', '00000000000000a1'),
    (1003, 'email', 178, '00000000000003eb', '00000000000000b2');
"""
CONTACTS = """
INSERT INTO identifiers VALUES
    (1001, 'email', 'email', 'ann@example.org'), (1002, 'phone', 'phone', '+12345678901'),
    (1003, 'email', 'email', 'bob@example.org')
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = small_home(tmp_path / "home")
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(SEGMENT)
    with open_vault(home.vault) as vault:
        vault.execute(CONTACTS)
    publish(home, home.settings(), LANDED, AS_OF)
    return home
