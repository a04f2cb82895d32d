"""How fast segments by rule are counted and refreshed, on made-up profiles; run by `benchmarks/segments.py`."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.figures import row
from dmp.segments.catalogue import read_catalogue
from dmp.segments.checking import check_rules
from dmp.segments.compiling import Side
from dmp.segments.measures import column_names, measures_of_rules
from dmp.segments.membership import refresh_rules
from dmp.segments.rules import Rule, load_rules
from dmp.segments.wide import ask_for, wide_query

SUNDAY, SERVED = date(2026, 6, 21), date(2026, 6, 24)
COUNT_GOAL_MILLISECONDS, REFRESH_GOAL_SECONDS = 60, 20
REPEATS = 15
PROFILES = """
CREATE MACRO drawn(number, below) AS (number % below)::BIGINT;
CREATE SCHEMA profiles; CREATE SCHEMA predictions; CREATE SCHEMA intermediate;
CREATE TABLE profiles.user_profiles AS
SELECT $served::DATE AS as_of_date, drawn(hash(i), 9000000000000000000) AS user_key,
    drawn(hash(i, 1), 400) AS recency_days, drawn(hash(i, 2), 900) AS tenure_days,
    (power(drawn(hash(i, 3), 1000) / 1000.0, 4) * 5000)::DECIMAL(18, 4) AS purchase_amount_life,
    (power(drawn(hash(i, 4), 1000) / 1000.0, 5) * 900)::DECIMAL(18, 4) AS purchase_amount_90d,
    (power(drawn(hash(i, 5), 1000) / 1000.0, 3) * 30)::BIGINT AS order_count_life,
    (power(drawn(hash(i, 6), 1000) / 1000.0, 3) * 90)::BIGINT AS active_day_count_90d,
    (power(drawn(hash(i, 7), 1000) / 1000.0, 3) * 200)::BIGINT AS view_count_90d,
    (power(drawn(hash(i, 8), 1000) / 1000.0, 3) * 20)::BIGINT AS cart_count_30d,
    drawn(hash(i, 9), 60) + 18 AS age, ['female', 'male', NULL][1 + drawn(hash(i, 10), 3)] AS gender,
    'region ' || drawn(hash(i, 11), 20) AS region, drawn(hash(i, 12), 4) > 0 AS is_identified,
    ['visitor', 'active', 'loyal', 'sleeping', 'lost'][1 + drawn(hash(i, 13), 5)] AS lifecycle_stage,
    drawn(hash(i, 14), 5) > 0 AS is_consented_analytics
FROM range($people) AS numbers (i);
CREATE TABLE profiles.user_metrics_history AS
SELECT $sunday::DATE AS as_of_date, user_key, greatest(recency_days - 3, 0) AS recency_days,
    tenure_days - 3 AS tenure_days, purchase_amount_life * (1 - (user_key % 50 = 0)::INTEGER) AS purchase_amount_life,
    purchase_amount_90d, order_count_life, active_day_count_90d, view_count_90d, cart_count_30d, is_identified
FROM profiles.user_profiles;
CREATE TABLE profiles.user_consents AS SELECT user_key, is_consented_analytics FROM profiles.user_profiles;
CREATE TABLE profiles.tag_rules AS SELECT 'tag_' || unnest(range(12)) AS tag_id;
CREATE TABLE profiles.user_tags AS
SELECT as_of_date, user_key, tag_id, 0.5 + drawn(hash(user_key, tag_id), 50) / 100.0 AS tag_score,
    as_of_date - 10 AS valid_from
FROM profiles.user_profiles CROSS JOIN profiles.tag_rules WHERE drawn(hash(user_key, tag_id), 5) = 0;
CREATE TABLE profiles.user_tag_changes AS
SELECT valid_from AS changed_on, user_key, tag_id, 'entered' AS change FROM profiles.user_tags;
CREATE TABLE profiles.user_taste_changes AS
SELECT *, NULL::VARCHAR AS tag_value FROM profiles.user_tag_changes WHERE false;
CREATE TABLE predictions.prediction_models AS SELECT unnest(['churn_90d', 'purchase_30d']) AS target;
CREATE TABLE predictions.user_predictions AS
SELECT user_key, target, drawn(hash(user_key, target), 1000) / 1000.0 AS score
FROM profiles.user_profiles CROSS JOIN predictions.prediction_models;
CREATE TABLE profiles.user_item_activity AS
SELECT user_key, as_of_date - 400 AS known_from, DATE '9999-12-31' AS known_to,
    'item ' || drawn(hash(user_key, n), 1000) AS item_id,
    as_of_date - (drawn(hash(user_key, n, 1), 90))::INTEGER AS event_date,
    as_of_date - (drawn(hash(user_key, n, 1), 90))::INTEGER AS landed_date,
    1 AS view_count
FROM profiles.user_profiles CROSS JOIN range(3) AS numbers (n);
CREATE VIEW profiles.user_activity AS SELECT * EXCLUDE (item_id) FROM profiles.user_item_activity;
CREATE TABLE intermediate.int_items AS SELECT '' AS item_id, '' AS category, '' AS category_top, '' AS brand,
    TIMESTAMP '2026-01-01' AS observed_at, DATE '2026-01-01' AS landed_date, '' AS source_file, 1 AS source_line;
"""
TEN = """
    - {field: purchase_amount_life, at_least: 200}
    - {field: purchase_amount_90d, more_than: 5}
    - {field: recency_days, between: [2, 300]}
    - {field: order_count_life, at_least: 1}
    - {field: age, between: [25, 60]}
    - {field: gender, is: female}
    - {field: region, one_of: [region 1, region 2, region 3, region 4, region 5, region 6, region 7]}
    - {field: is_identified, is: true}
    - any: [{field: lifecycle_stage, is: loyal}, {field: view_count_90d, at_least: 20}]
"""
MIXED = """
    - {field: purchase_amount_life, at_least: 200}
    - {field: recency_days, at_most: 300}
    - {field: region, one_of: [region 1, region 2, region 3, region 4, region 5, region 6, region 7]}
    - {field: is_identified, is: true}
    - any: [{tag: tag_1}, {tag: tag_2, min_score: 0.7}]
    - not: {tag: tag_3}
    - {score: churn_90d, at_least: 0.3}
    - {score: purchase_30d, at_least: 0.2}
    - {event: view, within_days: 60}
"""


def write_rules(folder: Path) -> None:
    """Write fifty rules: two of ten conditions, the rest of three to six."""
    rules = {"ten_fields": TEN, "ten_mixed": MIXED}
    for place in range(48):
        rules[f"segment_{place:02d}"] = f"""
    - {{field: purchase_amount_life, at_least: {100 + 60 * place}}}
    - {{field: recency_days, between: [{place}, {60 + 5 * place}]}}
    - any: [{{field: order_count_life, at_least: {1 + place % 9}}}, {{field: view_count_90d, at_least: {place}}}]
""" + [
            f"    - {{field: region, is_not: region {place % 20}}}\n",
            f"    - not: {{tag: tag_{place % 12}}}\n    - {{score: churn_90d, at_most: 0.{1 + place % 9}}}\n",
            f"    - {{event: view, within_days: {7 * (1 + place % 4)}}}\n",
        ][place % 3]
    for name, who in rules.items():
        head = f"id: {name}\nnames: {{en: {name}, zh: 人群}}\nowner: growth\npurpose: analytics\nversion: 1\n"
        (folder / f"{name}.yaml").write_text(f"{head}who:\n  all:{who}")


def milliseconds(task: Callable[[], int]) -> tuple[float, int]:
    """Return the median time of a task, warm, and what it counted."""
    count, seconds = task(), []
    for _ in range(REPEATS):
        started = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - started)
    return 1000 * statistics.median(seconds), count


def counting(connection: duckdb.DuckDBPyConnection, rules: Mapping[str, Rule]) -> list[dict[str, Any]]:
    """Count a segment of ten conditions: on the profile table as it is, and on the wide relation of a refresh."""
    catalogue = read_catalogue(connection)
    ask_for(connection, [SERVED])
    rows = []
    for name in ("ten_fields", "ten_mixed"):
        measures = measures_of_rules([rules[name]], rules)
        relation = wide_query(measures, catalogue, is_served=True).sql("duckdb")
        truth = Side(rules, column_names(measures)).member(rules[name]).sql("duckdb")
        if name == "ten_mixed":
            connection.execute(f"CREATE OR REPLACE TEMP TABLE mixed AS {relation}")
            relation = "FROM mixed"
        query = f"SELECT count(*) FROM ({relation}) WHERE {truth}"
        time_, count = milliseconds(lambda query=query: connection.execute(query).fetchone()[0])
        rows += [
            row(f"count of {name}", "milliseconds, median, warm", time_, goal=COUNT_GOAL_MILLISECONDS),
            row(f"count of {name}", "people", count),
        ]
    return rows


def peers(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Count the ten conditions on fields with pandas and Polars, from frames in memory."""
    frame = connection.execute(
        "SELECT * REPLACE (purchase_amount_life::DOUBLE AS purchase_amount_life, "
        "purchase_amount_90d::DOUBLE AS purchase_amount_90d) FROM profiles.user_profiles"
    ).df()
    regions = [f"region {place}" for place in range(1, 8)]

    def by_pandas() -> int:
        return int(
            (
                (frame.purchase_amount_life >= 200) & (frame.purchase_amount_90d > 5)
                & frame.recency_days.between(2, 300) & (frame.order_count_life >= 1)
                & frame.age.between(25, 60) & (frame.gender == "female")
                & frame.region.isin(regions) & frame.is_identified
                & ((frame.lifecycle_stage == "loyal") | (frame.view_count_90d >= 20))
            ).sum()
        )  # fmt: skip

    rows = _peer("pandas", by_pandas)
    try:
        import polars as pl
    except ImportError:
        return rows
    lazy = pl.from_arrow(connection.sql("FROM profiles.user_profiles").to_arrow_table()).lazy()
    column = pl.col

    def by_polars() -> int:
        return lazy.filter(
            (column("purchase_amount_life") >= 200) & (column("purchase_amount_90d") > 5)
            & column("recency_days").is_between(2, 300) & (column("order_count_life") >= 1)
            & column("age").is_between(25, 60) & (column("gender") == "female") & column("region").is_in(regions)
            & column("is_identified") & ((column("lifecycle_stage") == "loyal") | (column("view_count_90d") >= 20))
        ).select(pl.len()).collect().item()  # fmt: skip

    return rows + _peer("Polars", by_polars)


def _peer(name: str, task: Callable[[], int]) -> list[dict[str, Any]]:
    time_, count = milliseconds(task)
    return [
        row("count of ten_fields", "milliseconds, median, warm", time_, name),
        row("count of ten_fields", "people", count, name),
    ]


def refreshing(connection: duckdb.DuckDBPyConnection, rules: Mapping[str, Rule]) -> list[dict[str, Any]]:
    """Refresh fifty segments on a day after a weekly cut that was folded before, in one transaction as a run does."""
    catalogue = read_catalogue(connection)
    refresh_rules(connection, rules, catalogue, date.min, SERVED)
    started = time.perf_counter()
    connection.begin()
    refresh_rules(connection, rules, catalogue, SERVED, SERVED)
    connection.commit()
    seconds = time.perf_counter() - started
    count = connection.execute("SELECT count(*) FROM segments.user_segments").fetchone()
    changes = connection.execute(
        "SELECT count(*) FROM segments.user_segment_changes WHERE changed_on = ?", [SERVED]
    ).fetchone()
    name = f"refresh of {len(rules)} segments"
    return [
        row(name, "seconds", seconds, goal=REFRESH_GOAL_SECONDS),
        row(name, "members", count[0] if count else 0),
        row(name, "changes of the day", changes[0] if changes else 0),
    ]


def speed(people: int) -> list[dict[str, Any]]:
    """Return the rows about speed."""
    with tempfile.TemporaryDirectory() as folder:
        write_rules(Path(folder))
        rules = load_rules([Path(folder)])
        with duckdb.connect(
            f"{folder}/warehouse.duckdb", config={"threads": 2, "memory_limit": "4GB"}
        ) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            for statement in PROFILES.split(";")[:-1]:
                names = {"people": people, "served": SERVED, "sunday": SUNDAY}
                connection.execute(
                    statement, {key: value for key, value in names.items() if f"${key}" in statement} or None
                )
            check_rules(rules, read_catalogue(connection))
            return [*counting(connection, rules), *peers(connection), *refreshing(connection, rules)]
