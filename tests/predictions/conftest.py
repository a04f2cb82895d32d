"""A small shop whose people buy at their own steady rates, so that the past does tell the future."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from dmp.predictions.champions import choose_champion
from dmp.predictions.cuts import plan_cuts
from dmp.predictions.predictions import predict_all
from dmp.predictions.targets import TARGETS
from dmp.predictions.training_rows import training_rows
from dmp.settings import Home, Settings

FIRST_DATE = date(2023, 11, 27)
LAST_DATE = date(2024, 4, 30)
LEARNED_ON = date(2024, 4, 28)
PURCHASE_30D = TARGETS[0]
SETTINGS = Settings(explained_people=5)


def sundays() -> list[date]:
    first = FIRST_DATE + timedelta(days=-FIRST_DATE.isoweekday() % 7)
    return [first + timedelta(days=7 * week) for week in range((LAST_DATE - first).days // 7 + 1)]


def shop_activity(people: int = 240, seed: int = 3) -> pd.DataFrame:
    """One row per user_key and event_date with an order, from the first to the last date."""
    generator = np.random.default_rng(seed)
    rates = generator.choice([0.004, 0.02, 0.08], size=people)
    days = (LAST_DATE - FIRST_DATE).days + 1
    person, day = np.nonzero(generator.random((people, days)) < rates[:, None])
    dates = [FIRST_DATE + timedelta(days=int(number)) for number in day]
    return pd.DataFrame(
        {"user_key": person * 7919 - 50_000, "event_date": dates, "order_count": 1, "purchase_amount": 2.5}
    )


def shop_metrics(activity: pd.DataFrame, day: date) -> pd.DataFrame:
    """Metrics of everybody seen by `day`, one row per user_key."""
    past = activity[activity["event_date"] <= day]
    age = past["event_date"].map(lambda event_date: (day - event_date).days)
    seen = past.assign(age=age).groupby("user_key")
    table = pd.DataFrame(
        {
            "as_of_date": pd.Timestamp(day),
            "is_identified": True,
            "recency_days": seen["age"].min(),
            "purchase_recency_days": seen["age"].min(),
            "tenure_days": seen["age"].max(),
            "first_purchase_days": seen["age"].max(),
            "purchase_day_count_life": seen["age"].nunique(),
            "order_count_life": seen["order_count"].sum(),
            "active_day_count_life": seen.size(),
            "purchase_day_count_30d": seen["age"].agg(lambda ages: int((ages < 30).sum())),
            "purchase_day_count_90d": seen["age"].agg(lambda ages: int((ages < 90).sum())),
            "order_count_90d": seen["age"].agg(lambda ages: int((ages < 90).sum())),
        }
    )
    return table.reset_index()


@pytest.fixture(scope="session")
def activity() -> pd.DataFrame:
    return shop_activity()


@pytest.fixture(scope="session")
def metrics_history(activity) -> pd.DataFrame:
    return pd.concat([shop_metrics(activity, day) for day in sundays()], ignore_index=True)


@pytest.fixture(scope="session")
def today(activity) -> pd.DataFrame:
    return shop_metrics(activity, LAST_DATE)


@pytest.fixture(scope="session")
def cuts():
    return plan_cuts(sundays(), 30, FIRST_DATE, LEARNED_ON)


@pytest.fixture(scope="session")
def rows(metrics_history, activity, cuts) -> pd.DataFrame:
    return training_rows(metrics_history, activity, PURCHASE_30D, cuts.all, LEARNED_ON)


@pytest.fixture(scope="session")
def champion(rows, cuts):
    return choose_champion(rows, cuts, PURCHASE_30D, version="0123", inputs_hash="4567", threads=1)


def filled_warehouse(activity, metrics_history, today) -> duckdb.DuckDBPyConnection:
    """The tables that predictions read, in memory, with an identity map in which nobody was merged."""
    connection = duckdb.connect()
    always = "DATE '1970-01-01' AS known_from, DATE '9999-12-31' AS known_to"
    connection.execute("CREATE SCHEMA profiles")
    for name, query in {
        "user_activity": f"SELECT *, event_date AS landed_date, {always} FROM activity",
        "identity_map_history": f"SELECT user_key AS identifier_key, user_key, {always} FROM today",
        "user_metrics_history": "SELECT * REPLACE (as_of_date::DATE AS as_of_date) FROM metrics_history",
        "user_metrics": "SELECT * REPLACE (as_of_date::DATE AS as_of_date) FROM today",
        "learning_consents": "SELECT user_key, true AS is_consented_analytics FROM today",
        "user_profiles": "SELECT user_key, 'u' || user_key AS user_id FROM today",
    }.items():
        connection.execute(f"CREATE TABLE profiles.{name} AS {query}")
    return connection


@pytest.fixture
def warehouse(activity, metrics_history, today):
    """A filled warehouse that a test may change."""
    with filled_warehouse(activity, metrics_history, today) as connection:
        yield connection


@pytest.fixture(scope="session")
def learned(activity, metrics_history, today, tmp_path_factory):
    """A home whose models were learned from the untouched warehouse, and the tables of that run."""
    home = Home(tmp_path_factory.mktemp("learned"))
    with filled_warehouse(activity, metrics_history, today) as connection:
        return home, predict_all(connection, home, SETTINGS, LAST_DATE, TARGETS)
