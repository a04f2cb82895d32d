"""The raw shapes of the source `shop`: one query per entity turns numbered rows into lines of text.

The tables read are those of `history`; `delivered` holds the lines wanted (rank, number, landed_day, kind),
whose kinds of dirt `SPOIL` applies.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from dmp.world import identifiers
from dmp.world.browsing import EVENT_TYPES
from dmp.world.categories import REGIONS
from dmp.world.state import World
from dmp.world.visits import CHANNELS

MACROS = """
CREATE MACRO iso(moment) AS strftime(make_timestamp_ms(moment), '%Y-%m-%dT%H:%M:%S.%gZ');
CREATE MACRO amount(value) AS value::DECIMAL(18, 2);
CREATE MACRO moved_to_year(line, year) AS regexp_replace(
    replace(line, '"event_id":"e', '"event_id":"x'), '"occurred_at":"....', '"occurred_at":"' || year);
"""

EVENTS = """
SELECT rank, landed_day, delivered.kind, to_json(struct_pack(
    event_id := printf('e%09d', number + 1), event_type := event_type, occurred_at := iso(moment),
    anonymous_id := anonymous_id, user_id := CASE WHEN is_logged_in THEN user_id END,
    device_id := device_id, device_type := device_type, os := os, user_agent := user_agent, ip := ip,
    channel := channel_name,
    campaign_id := CASE WHEN campaign >= 0 THEN printf('k%03d', campaign + 1) END,
    page_url := 'https://shop.example' || CASE
        WHEN event_type IN ('login', 'cart') THEN '/' || event_type
        WHEN event_type IN ('search', 'impression') AND query IS NOT NULL
            THEN '/search?q=' || url_encode(query)
        WHEN event_type = 'impression' THEN '/recommended'
        WHEN item_id IS NOT NULL THEN '/item/' || item_id
        WHEN slug IS NOT NULL THEN '/category/' || slug
        ELSE '/' END,
    item_id := item_id,
    query := CASE WHEN event_type = 'search' THEN query END,
    position := CASE WHEN position > 0 THEN position END)) AS line
FROM delivered
JOIN events USING (number)
JOIN event_type_names ON events.kind = event_type_names.kind
JOIN channel_names USING (channel)
JOIN device_names USING (device)
JOIN cookie_names USING (cookie)
LEFT JOIN user_names USING (person)
LEFT JOIN item_names USING (item)
LEFT JOIN leaf_names USING (leaf)
"""

ORDERS = """
SELECT rank, landed_day, kind, to_json(struct_pack(
    order_id := printf('o%07d', number + 1), user_id := user_id, anonymous_id := anonymous_id,
    device_id := device_id, device_type := device_type, channel := channel_name,
    ordered_at := iso(moment), currency := 'CNY',
    coupon_code := CASE WHEN offer >= 0 THEN printf('CARE-%06d', offer + 1) END,
    shipping_amount := amount(shipping), lines := basket)) AS line
FROM delivered
JOIN orders USING (number)
JOIN channel_names USING (channel)
JOIN device_names USING (device)
JOIN cookie_names USING (cookie)
JOIN user_names USING (person)
JOIN (
    SELECT lines."order" AS number, list(struct_pack(
        line_number := line_number, item_id := item_id, quantity := quantity, price_amount := amount(price)
    ) ORDER BY line_number) AS basket
    FROM lines JOIN item_names USING (item) GROUP BY ALL
) AS baskets USING (number)
"""

REFUNDS = """
SELECT rank, landed_day, kind, to_json(struct_pack(
    refund_id := printf('f%06d', number + 1), order_id := printf('o%07d', "order" + 1),
    line_number := line_number, user_id := user_id, item_id := item_id, quantity := returned,
    amount := amount(amount(price) * returned), refunded_at := iso(moment), reason := reason)) AS line
FROM delivered JOIN refunds USING (number) JOIN user_names USING (person) JOIN item_names USING (item)
"""

REVIEWS = """
SELECT rank, landed_day, kind, to_json(struct_pack(
    review_id := printf('v%06d', number + 1), user_id := user_id, item_id := item_id,
    order_id := printf('o%07d', "order" + 1), rating := rating, text := text,
    reviewed_at := iso(moment))) AS line
FROM delivered JOIN reviews USING (number) JOIN user_names USING (person) JOIN item_names USING (item)
"""

ITEMS = """
SELECT rank, landed_day, kind, concat(
    item_id, ',', name, ',', category_path, ',', brand, ',', amount(price), ',', amount(cost), ',', stock,
    ',', min_age, ',', blocked_regions, ',', is_consumable, ',', iso(moment)) AS line
FROM delivered JOIN items USING (number) JOIN item_names USING (item)
"""

CUSTOMERS = """
SELECT rank, landed_day, kind, concat(
    user_id, ',', email, ',', phone, ',', gender, ',', birth_year, ',', region, ',', city,
    ',', occupation, ',', education, ',', marital_status, ',', income_band, ',', children_count,
    ',', iso(registered_moment), ',', iso(moment)) AS line
FROM delivered JOIN customers USING (number) JOIN user_names USING (person)
"""

COUPONS = """
SELECT rank, landed_day, kind, concat(
    printf('q%06d', number + 1), ',', user_id, ',', printf('CARE-%06d', number + 1), ',', percent,
    ',', iso(moment), ',', iso(expires_moment)) AS line
FROM delivered JOIN coupons USING (number) JOIN user_names USING (person)
"""

CONSENTS = """
SELECT rank, landed_day, kind, to_json(struct_pack(
    consent_id := printf('n%06d', number + 1), user_id := user_id, purpose := purpose,
    is_granted := is_granted, consented_at := iso(moment))) AS line
FROM delivered JOIN consents USING (number) JOIN user_names USING (person)
"""

REFERRALS = """
SELECT rank, landed_day, kind, to_json(struct_pack(
    referral_id := printf('w%06d', number + 1), user_id := named.user_id, referrer_id := referrers.user_id,
    referred_at := iso(moment))) AS line
FROM delivered JOIN referrals USING (number) JOIN user_names AS named USING (person)
JOIN user_names AS referrers ON referrals.referrer = referrers.person
"""

LINES = {
    "events": EVENTS,
    "orders": ORDERS,
    "refunds": REFUNDS,
    "reviews": REVIEWS,
    "items": ITEMS,
    "customers": CUSTOMERS,
    "coupons": COUPONS,
    "consents": CONSENTS,
    "referrals": REFERRALS,
}

# Kinds are positions in `dirt.KINDS`; U+E000 stands for bytes that are no text; impossible lines get new ids.
SPOIL = """
SELECT landed_day, CASE kind
    WHEN 0 THEN line WHEN 1 THEN line WHEN 2 THEN line WHEN 3 THEN line
    WHEN 4 THEN left(line, length(line) // 2)
    WHEN 5 THEN repeat(chr(57344), 40)
    WHEN 6 THEN CASE WHEN rank % 2 = 0 THEN line || ',surplus' ELSE regexp_replace(line, ',[^,]*$', '') END
    WHEN 7 THEN moved_to_year(line, '1970')
    WHEN 8 THEN moved_to_year(line, '2099')
    ELSE replace(replace(line, '"order_id":"o', '"order_id":"x'), '"price_amount":', '"price_amount":-')
END || chr(10) AS line
FROM (SELECT * REPLACE (line::VARCHAR AS line) FROM rendered)
ORDER BY rank
"""


def open_tables(
    connection: duckdb.DuckDBPyConnection, world: World, history: dict[str, pd.DataFrame], bots: int
) -> None:
    """Create the history, numbered, and the names that `LINES` and the ledger read."""
    connection.execute(MACROS)
    events = history["events"]
    tables = {
        **{entity: rows.assign(number=np.arange(len(rows))) for entity, rows in history.items()},
        "event_type_names": pd.DataFrame({"kind": range(len(EVENT_TYPES)), "event_type": EVENT_TYPES}),
        "channel_names": pd.DataFrame({"channel": range(len(CHANNELS)), "channel_name": CHANNELS}),
        "device_names": identifiers.device_names(world.devices, bots),
        "cookie_names": identifiers.cookie_names(np.r_[events["cookie"], history["orders"]["cookie"]]),
        "item_names": identifiers.item_names(world.catalogue, REGIONS),
        "leaf_names": identifiers.leaf_names(),
        "user_names": identifiers.user_names(world.people.count),
    }
    for name, table in tables.items():
        connection.from_df(table).create(name)


def render(connection: duckdb.DuckDBPyConnection, entity: str, delivered: pd.DataFrame) -> pa.StringArray:
    """Return the lines of `delivered` in order of rank, each with its newline."""
    connection.register("delivered", delivered)
    rendered = connection.sql(LINES[entity])
    rendered.create_view("rendered", replace=True)
    table = connection.sql(SPOIL).to_arrow_table()
    return table["line"].combine_chunks()
