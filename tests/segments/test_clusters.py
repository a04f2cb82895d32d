"""Clusters: named in words, with ids that persist, the same in any order and batch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from dmp.segments.cluster_choice import Trial, chosen, eta_squared, try_recipe
from dmp.segments.cluster_fold import refresh_clusters
from dmp.segments.clusters import METRICS, Recipe, described, fit, logs, matched
from dmp.segments.tables import TABLES, create_table

FIRST = date(2026, 1, 4)
SUNDAYS = [FIRST + timedelta(weeks=week) for week in range(14)]
SERVED = SUNDAYS[-1] + timedelta(days=3)
# Big spenders, spenders of long ago, and lookers.
KINDS = np.array([[5000, 40, 3, 900, 30], [20, 1, 300, 0, 0], [0, 0, np.nan, 0, 60]])


def people(day: date, count: int = 120) -> pd.DataFrame:
    """Three kinds of people; from the tenth week on, one in five spenders of long ago spends much again."""
    kind = np.arange(count) % 3
    kind = np.where((day >= SUNDAYS[9]) & (np.arange(count) % 15 == 1), 0, kind)
    noise = 1 + np.random.default_rng(0).random((count, 1)) / 10
    frame = pd.DataFrame(KINDS[kind] * noise, columns=list(METRICS))
    return frame.assign(user_key=np.arange(count) - 50, as_of_date=day)


@pytest.fixture
def home() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        history, served = pd.concat([people(day) for day in SUNDAYS]), people(SERVED)
        connection.execute("CREATE SCHEMA profiles")
        for name in ("history", "served"):
            connection.register(f"{name}_rows", {"history": history, "served": served}[name])
        columns = "* REPLACE (as_of_date::DATE AS as_of_date)"
        connection.execute(
            f"CREATE TABLE profiles.user_metrics_history AS SELECT {columns} FROM history_rows"
        )
        connection.execute(f"CREATE TABLE profiles.user_metrics AS SELECT {columns} FROM served_rows")
        connection.execute("CREATE TABLE profiles.user_profiles AS FROM profiles.user_metrics")
        connection.execute(
            "CREATE TABLE profiles.user_consent_history AS "
            "SELECT as_of_date, user_key, true AS is_consented_analytics FROM profiles.user_metrics_history"
        )
        for name, types in TABLES.items():
            create_table(connection, name, types, anew=True)
        yield connection


def refresh(connection: duckdb.DuckDBPyConnection, first: date = date.min) -> dict[str, list[tuple]]:
    for name in ("segments", "user_segments"):
        create_table(connection, name, TABLES[name], anew=True)
    for name, day in {"user_segment_changes": "changed_on", "segment_sizes": "as_of_date"}.items():
        connection.execute(f"DELETE FROM segments.{name} WHERE {day} >= ? OR isodow({day}) <> 7", [first])
    refresh_clusters(connection, first, SERVED)
    return {name: connection.execute(f"FROM segments.{name} ORDER BY ALL").fetchall() for name in TABLES}


def test_everyone_is_in_one_cluster_since_when_they_moved(home: duckdb.DuckDBPyConnection) -> None:
    refresh(home)
    found = home.execute(
        "SELECT user_key, valid_from FROM segments.user_segments ORDER BY user_key"
    ).fetchall()
    assert [row[0] for row in found] == list(range(-50, 70))
    moved = {key for key, since in found if since == SUNDAYS[9]}
    assert moved == {place - 50 for place in range(120) if place % 15 == 1}
    reasons = home.execute(
        "SELECT DISTINCT cause, reason FROM segments.user_segment_changes WHERE changed_on = ?", [SUNDAYS[9]]
    ).fetchall()
    assert {cause for cause, _ in reasons} == {"person"}
    assert all(" -> cluster_" in reason for _, reason in reasons)


def test_ids_persist_from_fit_to_fit(home: duckdb.DuckDBPyConnection) -> None:
    refresh(home)
    fits = home.execute(
        "SELECT fitted_on, list(segment_id ORDER BY segment_id) FROM segments.cluster_fits GROUP BY ALL"
    )
    by_day = dict(fits.fetchall())
    assert sorted(by_day) == [SUNDAYS[0], SUNDAYS[3], SUNDAYS[12]]
    stayed = home.execute(
        "SELECT count(*) FROM segments.user_segment_changes WHERE changed_on = ? AND cause = 'rule'",
        [SUNDAYS[3]],
    ).fetchone()
    assert stayed == (0,)


def test_cuts_one_by_one_and_all_at_once_write_the_same(home: duckdb.DuckDBPyConnection) -> None:
    whole = refresh(home)
    for name in TABLES:
        create_table(home, name, TABLES[name], anew=True)
    home.execute("CREATE TABLE later AS FROM profiles.user_metrics_history")
    for cut in (SUNDAYS[5], SUNDAYS[10], SUNDAYS[13]):
        home.execute(
            "CREATE OR REPLACE TABLE profiles.user_metrics_history AS FROM later WHERE as_of_date <= ?", [cut]
        )
        grown = refresh(home, first=cut - timedelta(days=3))
    assert grown == whole


def test_clusters_are_not_learned_from_who_did_not_consent(home: duckdb.DuckDBPyConnection) -> None:
    whole = refresh(home)
    others = people(FIRST).assign(user_key=lambda rows: rows["user_key"] - 1000, view_count_90d=1e6)
    for day in SUNDAYS:
        home.register("others", others.assign(as_of_date=day))
        home.execute(
            "INSERT INTO profiles.user_metrics_history BY NAME "
            "SELECT * REPLACE (as_of_date::DATE AS as_of_date) FROM others"
        )
    for name in TABLES:
        create_table(home, name, TABLES[name], anew=True)
    assert refresh(home)["cluster_fits"] == whole["cluster_fits"]


def test_the_order_of_people_and_a_sample_change_no_kind() -> None:
    rows = people(FIRST)
    model = fit(logs(rows), Recipe("k-means", 3))
    assert len(set(zip(model.label(logs(rows)), np.arange(120) % 3, strict=True))) == 3
    assert (model.label(logs(rows.iloc[[5]])) == model.label(logs(rows))[5]).all()


@pytest.mark.parametrize("recipe", [Recipe("k-means", 3), Recipe("gaussian mixture", 3), Recipe("dbscan", 0)])
def test_each_algorithm_parts_the_kinds_and_finds_them_again(recipe: Recipe) -> None:
    rows = people(FIRST)
    trial = try_recipe(logs(rows), KINDS[np.arange(120) % 3, 0], recipe, bootstraps=2)
    assert trial.stability > 0.9
    assert trial.usefulness > 0.9


def test_the_most_useful_stable_recipe_is_chosen() -> None:
    two, three, four = (Recipe("k-means", count) for count in (2, 3, 4))
    assert chosen([Trial(two, 0.2, 0.99), Trial(three, 0.3, 0.91), Trial(four, 0.4, 0.89)]) == three
    assert chosen([Trial(four, 0.4, 0.1)]) == Recipe("k-means", 5)


def test_eta_squared_is_the_share_of_variance_between_groups() -> None:
    assert eta_squared(np.array([0, 0, 1, 1]), np.array([0.0, 2.0, 4.0, 6.0])) == pytest.approx(16 / 20)


def test_names_are_words_each_its_own() -> None:
    names = described(
        np.array([[2.0, 1.5, -1, 0.1, 0.2], [2.0, 1.5, 1, 0.1, 0.2], [-1, -2, 0, 0, 0], [-1, -2, 0, 0, 0]])
    )
    assert names["segment_name"].tolist()[:2] == [
        "high spend, many orders, recent purchase",
        "high spend, many orders, purchase long ago",
    ]
    assert names["segment_name"].is_unique
    assert names["segment_name_zh"].is_unique


def test_a_cluster_keeps_its_id_where_most_of_its_people_are() -> None:
    before, now = np.array([0, 0, 0, 1, 1, 1]), np.array([2, 2, 1, 0, 0, 0])
    assert matched(before, now, ids=[7, 4], count=3, next_id=9) == [4, 9, 7]


def test_too_few_people_are_in_no_cluster(home: duckdb.DuckDBPyConnection) -> None:
    home.execute("DELETE FROM profiles.user_metrics_history WHERE user_key > -10")
    assert not any(refresh(home).values())
