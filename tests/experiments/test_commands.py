"""`dmp policy` and `dmp experiment`: what a build with logged lists answers, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from logs import ITEMS, LOGGED, drawn_log
from small_build import ANN, AS_OF, LANDED, small_home
from typer.testing import CliRunner, Result

from dmp.cli import app
from dmp.experiments.assignment import experiment_assignments
from dmp.experiments.declaration import read_experiments
from dmp.experiments.tables import experiment_tables
from dmp.publish import publish
from dmp.published_names import key_of
from dmp.settings import Home
from dmp.warehouse import replace_tables

DECLARED = """
holdout: {share: 0.5, since: 2026-01-01}
experiments:
  - name: rankers
    starts_on: 2026-01-01
    variants: [{name: control, share: 0.5, policy: chance}, {name: ranked, share: 0.5, policy: ranker}]
  - name: next_year
    starts_on: 2027-01-01
    variants: [{name: control, share: 0.5}, {name: other, share: 0.5}]
"""
IMPRESSIONS = """
CREATE SCHEMA insight;
CREATE TABLE insight.list_impressions AS
SELECT 'shop:' || number AS impression_id, 'shop' AS source, 'l' || number AS list_id,
    CASE WHEN number % 2 = 0 THEN 161 END AS user_key,
    item_id, placement, position, 'chance' AS policy, '1' AS policy_version, propensity,
    json_object('kind', kind) AS properties, TIMESTAMPTZ '2026-06-01 10:00:00+00' AS shown_at,
    DATE '2026-06-01' AS shown_date, DATE '2026-06-01' AS landed_date, outcome > 0 AS has_click, false AS has_order,
    true AS is_window_over
FROM log
"""
ACTIVITY = """
CREATE TABLE profiles.user_activity AS
SELECT user_key, DATE '2026-06-01' AS event_date, DATE '9999-12-31' AS known_to, 1 AS order_count, 0 AS click_count
FROM profiles.user_profiles
"""


def dmp(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home.root)])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published build with 2,000 impressions, every second one seen by Ann, and two experiments."""
    home = small_home(tmp_path_factory.mktemp("lists") / "home")
    home.experiments.write_text(DECLARED)
    log = drawn_log(1).rename(columns={"context kind": "kind"}).reset_index(names="number")
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.register("log", log)
        connection.execute(IMPRESSIONS + ";" + ACTIVITY)
        replace_tables(connection, "experiments", experiment_tables(connection, home, AS_OF))
    publish(home, home.settings(), LANDED, AS_OF)
    return home


def test_logged_policies_are_listed_with_what_came_of_them(home: Home) -> None:
    (row,) = json.loads(dmp(home, "policy", "list", "--json").stdout)
    assert (row["placement"], row["policy"], row["impression_count"]) == ("page", "chance", 2000)
    assert row["click_count"] == int(drawn_log(1)["outcome"].sum())


def test_an_estimate_is_the_one_of_the_published_table(home: Home) -> None:
    asked = json.loads(dmp(home, "policy", "estimate", "uniform", "--log", "chance", "--json").stdout)
    query = (
        "SELECT estimator, value FROM policy_estimates WHERE outcome = 'click' AND target_policy = 'uniform'"
    )
    published = pd.DataFrame(json.loads(dmp(home, "sql", query, "--json").stdout))
    told = {row["estimator"]: row["value"] for row in asked}
    assert told.keys() == {"observed", "ips", "snips", "dm", "dr"}
    for estimator, value in published.itertuples(index=False):
        assert told[estimator] == pytest.approx(value)


def test_reasons_are_printed_where_there_are_some_and_nothing_where_there_are_none(home: Home) -> None:
    told = dmp(home, "policy", "estimate", "uniform", "--log", "chance").stdout
    assert told.splitlines()[0].startswith("placement\testimator\tvalue")
    assert "Not told" not in told
    silent = dmp(home, "policy", "estimate", "uniform", "--log", "chance", "--outcome", "order").stdout
    assert silent.count("Not told of page: 0 outcomes of items") == 1


def test_a_policy_may_come_as_a_file(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "same.csv"
    pd.DataFrame({"item_id": ITEMS, "probability": LOGGED}).to_csv(file, index=False)
    rows = json.loads(dmp(home, "policy", "estimate", str(file), "--log", "chance", "--json").stdout)
    told = {row["estimator"]: row["value"] for row in rows}
    assert told["ips"] == pytest.approx(told["observed"])


def test_a_file_may_have_the_chances_of_people_under_the_ids_of_their_source(
    home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "by_person.csv"
    own = pd.DataFrame({"item_id": ITEMS, "probability": LOGGED})
    pd.concat([own.assign(user_id=name) for name in ("ann", "nobody here")]).to_csv(file, index=False)
    rows = json.loads(dmp(home, "policy", "estimate", str(file), "--log", "chance", "--json").stdout)
    told = {row["estimator"]: row for row in rows}
    assert told["ips"]["impression_count"] == 1000
    assert told["ips"]["value"] == pytest.approx(drawn_log(1)["outcome"].iloc[::2].mean())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["uniform", "--log", "nobody"],
            "no judged impressions of the policy 'nobody'; logged policies: chance",
        ),
        (["nothing", "--log", "chance"], "'nothing' is no policy here: use chance, uniform, or a .csv"),
        (["uniform", "--log", "chance", "--outcome", "love"], "'love' is no outcome: use click or order"),
        (["gone.csv", "--log", "chance"], "gone.csv cannot be read as a policy"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(home: Home, arguments: list[str], said: str) -> None:
    shown = dmp(home, "policy", "estimate", *arguments)
    assert shown.exit_code == 2
    assert said in " ".join(shown.stderr.split())


def test_a_file_whose_chances_do_not_sum_to_one_is_refused(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "half.csv"
    pd.DataFrame({"item_id": ITEMS, "probability": LOGGED / 2}).to_csv(file, index=False)
    shown = dmp(home, "policy", "estimate", str(file), "--log", "chance")
    assert "have to sum to 1, and some sum to 0.5" in " ".join(shown.stderr.split())


def test_somebodys_variant_is_that_of_the_published_table(home: Home) -> None:
    own = json.loads(dmp(home, "experiment", "assign", "ann", "--json").stdout)
    assert own["user_id"] == ANN
    table = experiment_assignments([key_of(ANN)], read_experiments(home), home.key(), AS_OF)
    assert {row["experiment"]: row["variant"] for row in own["assignments"]} == dict(
        zip(table["experiment"], table["variant"], strict=True)
    )
    query = f"SELECT experiment, variant FROM experiment_assignments WHERE user_id = '{ANN}'"
    published = {
        row["experiment"]: row["variant"] for row in json.loads(dmp(home, "sql", query, "--json").stdout)
    }
    assert published == {row["experiment"]: row["variant"] for row in own["assignments"]}
    assert published.keys() == {"rankers", "holdout"}


def test_a_report_has_every_variant_and_the_hold_out_and_adds_up(home: Home) -> None:
    rows = json.loads(dmp(home, "experiment", "report", "--json").stdout)
    assert [(row["experiment"], row["variant"]) for row in rows] == [
        ("rankers", "control"), ("rankers", "holdout"), ("rankers", "ranked"), ("holdout", "holdout"),
        ("holdout", "treated"),
    ]  # fmt: skip
    for name in ("rankers", "holdout"):
        assert sum(row["person_count"] for row in rows if row["experiment"] == name) == 3
    assert dmp(home, "experiment", "report").stdout.splitlines()[0].startswith("experiment\tvariant\tpeople")


def test_what_is_declared_is_shown_and_a_mistake_in_it_stops_with_a_sentence(
    home: Home, tmp_path: Path
) -> None:
    assert "rankers\t2026-01-01\t\torder\tcontrol 50%, ranked 50%" in dmp(home, "experiment", "list").stdout
    other = Home.at(tmp_path)
    other.experiments.write_text("experiments: 3")
    shown = dmp(other, "experiment", "list")
    assert shown.exit_code == 2
    assert "experiments.yaml: experiments:" in " ".join(shown.stderr.split())
