"""What is known on a cut, read from the warehouse with small queries; what is made of it lives elsewhere.

Every sum over time is taken over integers (decays in fixed point), so that no order of rows changes it.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from dmp.list_rules import ListRules

# Decays are summed as integers of 2^-30: a sum of a million of them still fits a BIGINT.
FIXED_POINT = 2**30

# Half-lives in days. A habit is slow, an interest fades within days.
HABIT_HALF_LIFE = 90
LATELY_HALF_LIFE = 30
INTEREST_HALF_LIFE = 7

_KNOWN_ACTIVITY = """
CREATE OR REPLACE TEMP TABLE known_activity AS
SELECT
    activity.user_key,
    catalogue.item_key,
    CAST($cut - activity.event_date AS INTEGER) AS age_days,
    sum(impression_count)::BIGINT AS impression_count,
    sum(view_count + click_count)::BIGINT AS view_count,
    sum(cart_count)::BIGINT AS cart_count,
    sum(favourite_count)::BIGINT AS favourite_count,
    sum(dismiss_count)::BIGINT AS dismiss_count,
    sum(purchase_count)::BIGINT AS purchase_count,
    sum(purchase_quantity)::BIGINT AS purchase_quantity,
    sum(purchase_amount)::DECIMAL(38, 4) AS purchase_amount
FROM profiles.user_item_activity AS activity
INNER JOIN (
    SELECT item_id, CAST(row_number() OVER (ORDER BY item_id) - 1 AS INTEGER) AS item_key
    FROM profiles.item_profiles
) AS catalogue ON catalogue.item_id = activity.item_id
WHERE activity.landed_date <= $cut AND activity.known_from <= $cut AND $cut < activity.known_to
    AND activity.event_date <= $cut
GROUP BY ALL
"""

_PAIRS = """
SELECT
    user_key,
    item_key,
    count(*) FILTER (purchase_count > 0) AS purchase_day_count,
    sum(purchase_quantity)::BIGINT AS purchase_quantity,
    sum(purchase_amount)::DOUBLE AS purchase_amount,
    max(age_days) AS first_activity_days,
    min(age_days) FILTER (purchase_count > 0) AS last_purchase_days,
    max(age_days) FILTER (purchase_count > 0) AS first_purchase_days,
    coalesce(sum(CAST($unit * power(0.5, age_days / $habit) AS BIGINT)) FILTER (purchase_count > 0), 0)
        / $unit AS habit,
    coalesce(sum(CAST($unit * power(0.5, age_days / $lately) AS BIGINT)) FILTER (purchase_count > 0), 0)
        / $unit AS recent_habit,
    sum(view_count)::BIGINT AS view_count,
    sum(cart_count + favourite_count)::BIGINT AS cart_count,
    min(age_days) FILTER (view_count + cart_count + favourite_count > 0) AS last_interest_days,
    sum(CAST($unit * power(0.5, age_days / $interest) AS BIGINT)
        * least(view_count + 3 * (cart_count + favourite_count), 20))::BIGINT / $unit AS interest,
    sum(dismiss_count)::BIGINT AS dismiss_count,
    min(age_days) FILTER (dismiss_count > 0) AS last_dismiss_days,
    min(age_days) FILTER (cart_count + favourite_count + purchase_count > 0) AS last_effect_days,
    coalesce(sum(impression_count + view_count) FILTER (age_days < $seen_days), 0)::BIGINT AS recent_seen_count,
    count(*) FILTER (impression_count > 0 AND age_days < $shown_days) AS recent_shown_day_count
FROM known_activity
GROUP BY user_key, item_key
ORDER BY user_key, item_key
"""

_DAYS = """
SELECT
    user_key,
    item_key,
    age_days,
    purchase_count > 0 AS is_bought,
    least(view_count + 3 * (cart_count + favourite_count), 20) + if(purchase_count > 0, 10, 0) AS points
FROM known_activity
WHERE view_count + cart_count + favourite_count + purchase_count > 0
ORDER BY user_key, age_days DESC, item_key
"""

_PEOPLE = """
WITH days AS (
    SELECT user_key, age_days, sum(purchase_count) > 0 AS is_purchase_day, sum(view_count)::BIGINT AS view_count
    FROM known_activity
    GROUP BY user_key, age_days
)
SELECT
    user_key,
    count(*) FILTER (is_purchase_day) AS user_purchase_day_count,
    count(*) FILTER (is_purchase_day AND age_days < 90) AS user_purchase_day_count_90d,
    count(*) AS user_active_day_count,
    min(age_days) FILTER (is_purchase_day) AS user_last_purchase_days,
    min(age_days) AS user_recency_days,
    max(age_days) AS user_tenure_days,
    sum(view_count) FILTER (age_days < 30)::BIGINT AS user_view_count_30d
FROM days
GROUP BY user_key
ORDER BY user_key
"""

_CATALOGUE = """
SELECT item_id, item_name, category, category_top, brand, stock_quantity, min_age, blocked_regions, is_consumable,
    available_from, available_to, first_seen_date, price_amount, cost_amount
FROM profiles.item_profiles
ORDER BY item_id
"""

# A person of an earlier cut has the profile, and above all the newest consent, of who they are known to be
# today.
_PROFILES = """
SELECT
    known.user_key,
    profile.user_id,
    coalesce(profile.user_key = known.user_key, false) AS is_served,
    profile.age,
    profile.region,
    coalesce(profile.is_consented_personalisation, false) AS is_consented,
    coalesce(profile.is_consented_sensitive, false) AS is_consented_sensitive
FROM (SELECT user_key FROM known_activity UNION SELECT user_key FROM profiles.user_profiles) AS known
LEFT JOIN profiles.identity_map_history AS identity_map
    ON identity_map.identifier_key = known.user_key
    AND identity_map.known_from <= $as_of_date AND $as_of_date < identity_map.known_to
LEFT JOIN profiles.user_profiles AS profile
    ON profile.user_key = coalesce(identity_map.user_key, known.user_key)
ORDER BY known.user_key
"""

# Who is in which cluster, as the fold over weekly cuts had it by then: fitted on nothing later.
_CLUSTERS = """
SELECT user_key, if(change = 'joined', segment_id, NULL) AS segment_id
FROM segments.user_segment_changes
WHERE changed_on <= $cut AND segment_id LIKE 'cluster\\_%' ESCAPE '\\'
QUALIFY row_number() OVER (PARTITION BY user_key ORDER BY changed_on DESC, change) = 1
ORDER BY user_key
"""

_HAS_HOLD_OUT = """
SELECT 1 FROM information_schema.tables
WHERE table_schema = 'experiments' AND table_name = 'experiment_assignments'
"""
_HELD_OUT = """
SELECT user_key, policy FROM experiments.experiment_assignments
WHERE is_held_out AND experiment = 'holdout' ORDER BY user_key
"""
_NOBODY = pd.DataFrame({"user_key": pd.Series(dtype="int64"), "policy": pd.Series(dtype="object")})


def log_extent(connection: duckdb.DuckDBPyConnection, last_date: date) -> tuple[date, int]:
    """Return the first landed day and how many days up to `last_date` landed activity on items.

    Days without facts teach nothing, so they do not lengthen a log; an empty log begins and ends on
    `last_date`.
    """
    query = """SELECT coalesce(min(landed_date), $last_date), count(DISTINCT landed_date)
        FROM profiles.user_item_activity WHERE landed_date <= $last_date"""
    first_date, day_count = connection.execute(query, {"last_date": last_date}).fetchall()[0]
    return first_date, day_count


def know(connection: duckdb.DuckDBPyConnection, cut: date) -> None:
    """Keep what is known on `cut` in a temporary table, which the readers below sum up until the next
    call.
    """
    connection.execute(_KNOWN_ACTIVITY, {"cut": cut})


def pairs(connection: duckdb.DuckDBPyConnection, rules: ListRules | None = None) -> pd.DataFrame:
    """Return one row per (user_key, item_key) with any activity: counts, ages in days, decayed habit and
    interest, and what was seen or shown within the days that the rules name.
    """
    rules = rules or ListRules()
    values = {
        "unit": FIXED_POINT,
        "habit": HABIT_HALF_LIFE,
        "lately": LATELY_HALF_LIFE,
        "interest": INTEREST_HALF_LIFE,
    }
    values |= {"seen_days": rules.seen_without_effect.days, "shown_days": rules.shown_too_often.days}
    return connection.execute(_PAIRS, values).df()


def days(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row per (user_key, day, item_key) with positive activity, oldest days first: age_days, is_bought,
    points (a look 1, a cart or favourite 3, at most 20; a purchase 10 more).
    """
    return connection.execute(_DAYS).df()


def catalogue(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row per item with its attributes; the row number is the item_key of the other tables."""
    return connection.execute(_CATALOGUE).df()


def people(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pd.DataFrame:
    """Return one row per user_key with activity or a profile; without a profile there is no consent."""
    profiles = connection.execute(_PROFILES, {"as_of_date": as_of_date}).df()
    return profiles.merge(connection.execute(_PEOPLE).df(), on="user_key", how="left")


def held_out(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row per user_key that is held out of what is tried, since the hold-out began: policy, if any list."""
    return connection.execute(_HELD_OUT).df() if connection.execute(_HAS_HOLD_OUT).fetchone() else _NOBODY


def clusters(connection: duckdb.DuckDBPyConnection, cut: date) -> pd.DataFrame:
    """Return one row per user_key that was in a cluster by `cut`: segment_id, missing for who is in none any more."""
    return connection.execute(_CLUSTERS, {"cut": cut}).df()
