import json
import shutil
from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.timing.times import time_all
from dmp.settings import DmpError, Home
from tests.predictions.conftest import LAST_DATE, filled_warehouse


@pytest.fixture(scope="session")
def timed(activity, metrics_history, today, tmp_path_factory):
    """A home whose models of waits were learned from the untouched warehouse, and the tables of that run."""
    home = Home(tmp_path_factory.mktemp("timed"))
    with filled_warehouse(activity, metrics_history, today) as connection:
        return home, time_all(connection, home, LAST_DATE)


@pytest.fixture
def copied(timed, tmp_path) -> Home:
    home = Home(tmp_path / "home")
    shutil.copytree(timed[0].root, home.root)
    return home


def test_people_who_buy_often_are_expected_sooner(timed, today):
    times = timed[1]["purchase_times"].set_index("user_key")
    often = today.set_index("user_key")["order_count_90d"]
    assert times["reason"].isna().all()
    frequent, rare = times[often >= 4], times[often <= 1]
    assert frequent["lower_days"].mean() < rare["lower_days"].mean()
    assert frequent["probability_30d"].mean() > rare["probability_30d"].mean() + 0.2


def test_days_and_chances_are_in_order(timed):
    times = timed[1]["purchase_times"]
    chances = times[["probability_7d", "probability_30d"]]
    assert (np.diff(chances.to_numpy(), axis=1) >= 0).all()
    known = times.dropna(subset=["lower_days", "median_days"])
    assert (known["lower_days"] <= known["median_days"]).all()


def test_days_that_the_log_cannot_tell_are_left_open(timed):
    times = timed[1]["purchase_times"]
    assert times["probability_180d"].isna().all(), "nobody was watched for half a year"


def test_what_is_used_was_measured_beside_the_same_answer_for_all(timed):
    metrics = timed[1]["time_metrics"].pivot(index="model", columns="metric", values="value")
    assert metrics.loc["cox", "concordance"] > metrics.loc["same_for_all", "concordance"] + 0.02
    best = metrics["integrated_brier"].drop("adjusted").idxmin()
    stored = [json.loads(path.read_text())["hazard"] for path in timed[0].models.rglob("timer.json")]
    assert stored == [best]


def test_an_event_that_the_log_is_too_short_for_has_its_reason(timed):
    silence = timed[1]["silence_times"]
    assert silence["reason"].str.contains("too short to tell how long people wait").all()
    assert silence["median_days"].isna().all()


def test_what_was_learned_once_is_read_again_and_says_the_same(timed, copied, warehouse):
    again = time_all(warehouse, copied, LAST_DATE)
    for name, table in timed[1].items():
        pd.testing.assert_frame_equal(again[name], table)


def test_learning_anew_gives_the_same_bytes(timed, warehouse, tmp_path):
    home = Home(tmp_path / "anew")
    time_all(warehouse, home, LAST_DATE)
    for path in sorted(timed[0].models.rglob("*.*")):
        assert (home.models / path.relative_to(timed[0].models)).read_bytes() == path.read_bytes()


def test_a_damaged_model_is_refused_before_it_is_read(copied, warehouse):
    next(copied.models.rglob("hazard*")).write_bytes(b"{}")
    with pytest.raises(DmpError, match="damaged or was changed"):
        time_all(warehouse, copied, LAST_DATE)


def test_purchases_after_the_day_of_learning_move_nothing(timed, warehouse, tmp_path):
    warehouse.execute(
        """
        UPDATE profiles.user_activity SET order_count = 9, event_date = event_date + 1
        WHERE event_date > DATE '2024-04-28'
        """
    )
    again = time_all(warehouse, Home(tmp_path / "later"), LAST_DATE)
    pd.testing.assert_frame_equal(again["purchase_times"], timed[1]["purchase_times"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("DELETE FROM profiles.user_activity", "the log holds no activity"),
        ("UPDATE profiles.user_activity SET order_count = 0", "0 people with the event"),
        ("DELETE FROM profiles.user_metrics_history WHERE user_key <> -50000", "1 people in the waits"),
    ],
)
def test_a_log_that_cannot_carry_times_has_a_reason_in_one_sentence(warehouse, tmp_path, change, reason):
    warehouse.execute(change)
    times = time_all(warehouse, Home(tmp_path), LAST_DATE)["purchase_times"]
    assert len(times) and times["reason"].str.contains(reason).all()
    assert times["probability_30d"].isna().all()


def test_the_day_of_the_week_on_which_it_runs_moves_no_model(
    timed, activity, metrics_history, today, tmp_path
):
    with filled_warehouse(activity, metrics_history, today) as connection:
        time_all(connection, Home(tmp_path), date(2024, 4, 29))
    versions = {path.name for path in timed[0].models.glob("*/*")}
    assert {path.name for path in Home(tmp_path).models.glob("*/*")} == versions
