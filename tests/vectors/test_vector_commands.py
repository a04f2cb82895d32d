"""`dmp vectors`: what is printed, and what a person is told where there is nothing to print."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from two_worlds import SUNDAY, warehouse
from typer.testing import CliRunner

from dmp.cli import app
from dmp.settings import Home, Settings
from dmp.vectors.catalogue import REPRESENTATIONS
from dmp.vectors.commands import SHOWN
from dmp.vectors.weekly import comparable_vectors_as_of
from dmp.warehouse import connect, replace_tables


@pytest.fixture
def home(tmp_path: Path, points: pd.DataFrame) -> Home:
    """A home whose warehouse holds two worlds, and the bases of their vectors."""
    home = Home.at(tmp_path)
    source = warehouse(points, SUNDAY)
    activity = source.execute("FROM profiles.user_item_activity").df()
    with connect(home, Settings()) as connection:
        replace_tables(connection, "profiles", {"user_item_activity": activity})
        replace_tables(connection, "vectors", comparable_vectors_as_of(source, SUNDAY + timedelta(days=1)))
        connection.execute(
            """CREATE OR REPLACE TABLE profiles.user_item_activity AS
            SELECT * REPLACE (event_date::DATE AS event_date, landed_date::DATE AS landed_date,
                known_from::DATE AS known_from, known_to::DATE AS known_to)
            FROM profiles.user_item_activity;
            CREATE TABLE profiles.item_profiles AS
            SELECT DISTINCT DATE '2024-03-04' AS as_of_date, item_id, 'a lamp' AS item_name, NULL::VARCHAR AS category,
                NULL::VARCHAR AS brand
            FROM profiles.user_item_activity;
            CREATE TABLE profiles.identity_map AS
            SELECT DISTINCT user_key AS identifier_key, user_key FROM profiles.user_item_activity;
            CREATE TABLE profiles.learning_consents AS
            SELECT user_key, true AS is_consented_analytics FROM profiles.identity_map;
            CREATE TABLE profiles.user_metrics_history AS
            SELECT DATE '2024-03-03' AS as_of_date, user_key, true AS is_identified FROM profiles.identity_map"""
        )
    return home


def test_bases_tells_whose_axes_the_vectors_have(home: Home) -> None:
    result = CliRunner().invoke(app, ["vectors", "bases", "--home", str(home.root), "--json"])
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)
    assert row["basis"] == row["space"]
    assert (row["turned_to"], row["drift"]) == (None, None)
    assert (row["item_count"], row["fitted_on"]) == (12, "2024-03-03")


def test_a_log_that_is_too_short_to_try_on_is_told_in_one_sentence(home: Home) -> None:
    result = CliRunner().invoke(app, ["vectors", "try", "--home", str(home.root)])
    assert result.exit_code == 1
    assert "there is too little to try on" in result.stderr


@pytest.mark.parametrize("command", ["try", "bases"])
def test_without_a_run_the_person_is_told_what_to_type(tmp_path: Path, command: str) -> None:
    result = CliRunner().invoke(app, ["vectors", command, "--home", str(tmp_path)])
    assert result.exit_code == 1
    assert "dmp run" in result.stderr


def test_a_representation_that_is_not_installed_is_left_out_and_its_extra_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = pd.DataFrame([dict.fromkeys(SHOWN, "") | {"cut": SUNDAY, "person_count": 40, "is_chosen": False}])
    monkeypatch.setattr("dmp.vectors.catalogue.INSTALLED", REPRESENTATIONS[:-1])
    monkeypatch.setattr("dmp.vectors.trials.vector_trials", lambda *_: found)
    result = CliRunner().invoke(app, ["vectors", "try", "--home", str(home.root)])
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.stdout.splitlines() if "Left out" in line]
    assert line.startswith("Left out: sequence.")
    assert ".[sequence]" in line
