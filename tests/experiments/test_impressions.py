"""Which impressions policies are judged by, and what is read of what a policy knew."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from dmp.experiments import impressions
from dmp.experiments.impressions import IN_WAREHOUSE, context_columns, context_of, judged_impressions, logged

SHOWN = """
CREATE SCHEMA insight; CREATE SCHEMA profiles;
CREATE TABLE profiles.user_consents AS
SELECT * FROM (VALUES (1::BIGINT, true), (2, false)) AS consents (user_key, is_consented_analytics);
CREATE TABLE insight.list_impressions AS
SELECT 'i' || number AS impression_id, 'shop' AS source, 'l' || number AS list_id, * EXCLUDE (number),
    1 AS position, 'a' AS item_id, '{"age": 40, "city": "York", "tags": ["x"]}' AS properties,
    TIMESTAMPTZ '2026-06-01 00:00:00+00' + to_hours(number) AS shown_at, false AS has_click, false AS has_order
FROM (VALUES
    (1, 1::BIGINT, 'home', 'chance', 0.5, true),
    (2, 2, 'home', 'chance', 0.5, true),
    (3, NULL, 'home', 'chance', 0.0, true),
    (4, NULL, 'home', 'chance', 0.5, false),
    (5, NULL, 'home', NULL, 0.5, true),
    (6, NULL, 'home', 'ranker', 0.5, true),
    (7, NULL, 'mail', 'chance', 0.5, true)
) AS shown (number, user_key, placement, policy, propensity, is_window_over)
"""


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.execute(SHOWN)
    return opened


def test_who_withholds_analytics_and_what_may_still_bring_something_are_left_out(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = judged_impressions(connection, IN_WAREHOUSE)
    assert found["cluster"].tolist() == ["1", "list shop:l3", "list shop:l6", "list shop:l7"]
    assert found[["placement", "policy"]].to_numpy().tolist() == [
        ["home", "chance"], ["home", "chance"], ["home", "ranker"], ["mail", "chance"],
    ]  # fmt: skip


def test_a_log_is_of_one_policy_in_one_placement_with_usable_propensities(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    log = logged(judged_impressions(connection, IN_WAREHOUSE), "home", "chance", "click")
    assert log["cluster"].tolist() == ["1"]
    assert context_columns(log) == ["context age", "context city"]


def test_the_newest_of_the_most_used_are_kept(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOST_IMPRESSIONS", "MOST_PLACEMENTS", "MOST_POLICIES"):
        monkeypatch.setattr(impressions, name, 1)
    assert judged_impressions(connection, IN_WAREHOUSE)["cluster"].tolist() == ["list shop:l3"]


def test_what_a_policy_knew_is_read_where_it_is_a_plain_value() -> None:
    table = context_of(['{"a": 1, "b": {"c": 2}}', None, '{"a": 3}', "[1]"])
    assert list(table) == ["context a"]
    assert table["context a"].tolist()[::2] == [1, 3]
    assert pd.isna(table.loc[1, "context a"])
    assert context_of([None]).shape == (1, 0)
