"""The stage's tables in one call: who is in what, what has come of it, and what policies would bring."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from dmp.experiments.assignment import experiment_assignments
from dmp.experiments.declaration import read_experiments
from dmp.experiments.experiment_results import experiment_results
from dmp.experiments.impressions import IN_WAREHOUSE, judged_impressions
from dmp.experiments.policy_estimates import policy_estimates
from dmp.settings import Home

PEOPLE = "SELECT user_key FROM profiles.user_profiles ORDER BY user_key"
ACTIVITY = """
SELECT user_key, event_date, sum(order_count)::BIGINT AS order_count, sum(click_count)::BIGINT AS click_count
FROM profiles.user_activity
WHERE known_to = DATE '9999-12-31' AND event_date >= $first
GROUP BY user_key, event_date ORDER BY user_key, event_date
"""
SHOWN = """
SELECT DISTINCT user_key, shown_date, policy FROM insight.list_impressions
WHERE user_key IS NOT NULL AND policy IS NOT NULL AND shown_date >= $first ORDER BY ALL
"""


def experiment_tables(
    connection: duckdb.DuckDBPyConnection, home: Home, as_of_date: date
) -> dict[str, pd.DataFrame]:
    """Return `experiment_assignments`, `experiment_results` and `policy_estimates`, empty where nothing is tried.

    Raises SettingsError where the home's declaration is wrong.
    """
    declared = read_experiments(home)
    begun = declared.begun(as_of_date)
    # Without an experiment no day is of interest.
    first = {"first": min((one.starts_on for one in begun), default=date.max)}
    people = connection.execute(PEOPLE).df()["user_key"].to_numpy()
    assignments = experiment_assignments(people, declared, home.key(), as_of_date)
    activity, shown = (_dated(connection, query, first) for query in (ACTIVITY, SHOWN))
    return {
        "experiment_assignments": assignments,
        "experiment_results": experiment_results(declared, assignments, activity, shown, as_of_date),
        "policy_estimates": policy_estimates(judged_impressions(connection, IN_WAREHOUSE), as_of_date),
    }


def _dated(connection: duckdb.DuckDBPyConnection, query: str, first: dict[str, date]) -> pd.DataFrame:
    """Return a query's rows, their days as dates of Python, which compare with those of the declaration."""
    frame = connection.execute(query, first).df()
    day = next(name for name in ("event_date", "shown_date") if name in frame)
    frame[day] = pd.to_datetime(frame[day]).dt.date
    return frame
