"""Targets that count another event than a purchase: said in the settings, counted per person."""

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from dmp.predictions.events_ahead import read_ahead
from dmp.predictions.targets import TARGETS, targets_of
from dmp.predictions.training_rows import training_rows
from dmp.settings import Home, SettingsError

CUT, LEARNED_ON = date(2024, 6, 2), date(2024, 7, 2)
COUPON = replace(TARGETS[0], name="coupon_use_30d", event="coupon_redemption")


@pytest.fixture
def warehouse():
    """Person 1 with a login and a browser (11), person 2 who shares it on one date, person 3 merged into 2 later."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE SCHEMA profiles; CREATE SCHEMA intermediate;
            CREATE TABLE profiles.user_metrics_history AS
            SELECT user_key, DATE '2024-06-02' AS as_of_date, true AS is_identified, 4 AS recency_days
            FROM (VALUES (1), (2), (3)) AS people (user_key);
            CREATE TABLE profiles.identity_map_history AS
            FROM (VALUES
                (1, 1, DATE '2024-01-01', DATE '9999-12-31'), (11, 1, DATE '2024-01-01', DATE '9999-12-31'),
                (2, 2, DATE '2024-01-01', DATE '9999-12-31'), (3, 3, DATE '2024-01-01', DATE '2024-06-10'),
                (3, 2, DATE '2024-06-10', DATE '9999-12-31')
            ) AS map (identifier_key, user_key, known_from, known_to);
            CREATE TABLE profiles.identity_days_history AS
            SELECT 11 AS identifier_key, 2 AS user_key, DATE '2024-06-05' AS event_date,
                DATE '2024-01-01' AS known_from, DATE '9999-12-31' AS known_to;
            CREATE TABLE intermediate.int_events (
                identifier_key BIGINT, event_type VARCHAR, event_name VARCHAR, event_date DATE, landed_date DATE,
                is_bot BOOLEAN
            )
            """
        )
        yield connection


def land(connection, key, day, *, kind="coupon_redemption", name="x", landed=None, is_bot=False):
    row = [key, kind, name, day, landed or day, is_bot]
    connection.execute("INSERT INTO intermediate.int_events VALUES (?, ?, ?, ?, ?, ?)", row)


def counted(connection, target=COUPON):
    found = read_ahead(connection, [CUT], LEARNED_ON, target)
    return {(row.user_key, row.event_date.date().isoformat()): row.order_count for row in found.itertuples()}


def test_events_of_the_kind_are_counted_by_type_or_name_and_nothing_else(warehouse):
    land(warehouse, 1, date(2024, 6, 3))
    land(warehouse, 1, date(2024, 6, 3))
    land(warehouse, 1, date(2024, 6, 4), kind="view")
    land(warehouse, 1, date(2024, 6, 9), kind="unknown", name="Subscription Renewed")
    assert counted(warehouse) == {(1, "2024-06-03"): 2}
    renewed = replace(COUPON, event="Subscription Renewed")
    assert counted(warehouse, renewed) == {(1, "2024-06-09"): 1}


def test_nothing_up_to_the_cut_of_programs_or_landed_after_learning_counts(warehouse):
    land(warehouse, 1, CUT)
    land(warehouse, 1, date(2024, 6, 3), is_bot=True)
    land(warehouse, 1, date(2024, 6, 4), landed=date(2024, 7, 3))
    assert counted(warehouse) == {}


def test_a_shared_browser_gives_its_dates_to_whoever_logged_in_and_a_merged_person_is_followed(warehouse):
    land(warehouse, 11, date(2024, 6, 4))
    land(warehouse, 11, date(2024, 6, 5))
    assert counted(warehouse) == {(1, "2024-06-04"): 1, (2, "2024-06-05"): 1, (3, "2024-06-05"): 1}


def test_an_entry_in_the_settings_is_a_target_with_labels(warehouse, tmp_path):
    entries = [
        "{name: coupon_use_30d, label: event, event: coupon_redemption, horizon_days: 30}",
        "{name: no_coupon_30d, label: no_event, event: coupon_redemption, horizon_days: 30}",
    ]
    (tmp_path / "settings.yaml").write_text("targets:\n" + "".join(f"  - {entry}\n" for entry in entries))
    uses, uses_none = targets_of(Home.at(tmp_path).settings().targets)[-2:]
    land(warehouse, 1, date(2024, 7, 2))
    history = warehouse.execute("FROM profiles.user_metrics_history").fetchdf()
    for target, labels in ((uses, [1, 0, 0]), (uses_none, [0, 1, 1])):
        ahead = read_ahead(warehouse, [CUT], LEARNED_ON, target)
        assert training_rows(history, ahead, target, [CUT], LEARNED_ON)["label"].tolist() == labels
    assert uses_none.is_absence


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{name: a, label: event, horizon_days: 30}", "`event` names what"),
        ("{name: a, label: purchase, event: view, horizon_days: 30}", "only they take it"),
        ("{name: a, label: event, event: view, brand: b, horizon_days: 30}", "about purchases"),
    ],
)
def test_an_entry_that_makes_no_sense_is_one_sentence(tmp_path, entry, said):
    (tmp_path / "settings.yaml").write_text(f"targets:\n  - {entry}\n")
    with pytest.raises(SettingsError, match=said):
        Home.at(tmp_path).settings()
