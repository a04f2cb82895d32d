"""Times of the built-in shop beside the truth of its ledger: how chances of purchase and of leaving agree with it.

    python -m benchmarks.prediction_truth HOME

A slope is that of a logistic regression of the truth on the log-odds of the prediction (Cox 1958): 1 is right, above 1
predictions are too much alike, below 1 too far apart. The ledger's own slope is that of what happened on what it told.
Its forecast leaves campaigns and moods to come aside, so it is too far apart itself, and both have to be read together.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from dmp.landing.identifiers import identifier_key
from dmp.settings import Home

NAMESPACE = "shop_login"
SLOPE, COVERAGE = (0.9, 1.1), (0.75, 0.85)
LEDGER_CUTS = 8  # Sundays that are 30 days old, newest first
PEOPLE = """
SELECT logins.*, map.user_key
FROM logins JOIN profiles.identity_map_history AS map USING (identifier_key)
WHERE map.known_to = (SELECT max(known_to) FROM profiles.identity_map_history)
QUALIFY count(*) OVER (PARTITION BY map.user_key) = 1
ORDER BY person_id
"""
Row = tuple[str, str, float, float, tuple[float, float], bool]


def rows(home: Home) -> list[Row]:
    """Return (name, metric, value, the ledger's own figure or NaN, goal, reached)."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        people = _people(connection, home)
        times = {
            name: connection.execute(f"FROM predictions.{name}").df()
            for name in ("purchase_times", "silence_times", "time_metrics")
        }
        bought = connection.execute(
            "SELECT user_key, event_date FROM profiles.user_activity WHERE order_count > 0"
        ).df()
    ledger = pd.read_parquet(home.truth / "hazards.parquet")
    ledger["cut_date"] = pd.to_datetime(ledger["cut_date"])
    day = pd.Timestamp(times["purchase_times"]["as_of_date"].iloc[0])
    if day not in set(ledger["cut_date"]):
        raise SystemExit(f"the ledger tells of Sundays alone, and the home is served as of {day:%Y-%m-%d}")
    asked = people.merge(ledger[ledger["cut_date"] == day], on="person_id", how="left")
    found = _purchases(asked, times["purchase_times"], ledger, people, bought)
    return [
        *found,
        *_leaving(asked, times["silence_times"], ledger, people),
        *_coverage(times["time_metrics"]),
    ]


def slope(predicted: pd.Series, truth: pd.Series) -> float:
    """Return the slope of the truth (chances, or 0 and 1) on the log-odds of `predicted`."""
    from sklearn.linear_model import LogisticRegression

    kept = predicted.clip(1e-6, 1 - 1e-6)
    odds = np.log(kept / (1 - kept)).to_numpy().reshape(-1, 1)
    weights = np.concatenate([truth, 1 - truth])
    labels = np.repeat([1, 0], len(odds))
    line = LogisticRegression(C=np.inf, max_iter=1000)
    return float(line.fit(np.vstack([odds, odds]), labels, sample_weight=weights).coef_[0, 0])


def _people(connection: duckdb.DuckDBPyConnection, home: Home) -> pd.DataFrame:
    """Registered people of the ledger that are one person of the profiles: person_id, left_at, user_key."""
    known = pd.read_parquet(home.truth / "people.parquet").dropna(subset="user_id")
    keys = [identifier_key(home.key(), NAMESPACE, login) for login in known["user_id"]]
    logins = known[["person_id", "left_at"]].assign(identifier_key=keys)  # noqa: F841 - read by the query
    return connection.execute(PEOPLE).df()


def _purchases(
    asked: pd.DataFrame, times: pd.DataFrame, ledger: pd.DataFrame, people: pd.DataFrame, bought: pd.DataFrame
) -> list[Row]:
    """Chances of all, whoever has left having none; the ledger's on earlier Sundays beside what was bought."""
    told = asked.merge(times, on="user_key").dropna(subset="probability_30d")
    value = slope(told["probability_30d"], told["purchase_probability_30d"].fillna(0).clip(0, 1))
    past = _past(ledger, people)
    days = past[["user_key", "cut_date"]].reset_index().merge(bought, on="user_key")
    ahead = (pd.to_datetime(days["event_date"]) - days["cut_date"]).dt.days
    happened = past.index.isin(days.loc[(ahead > 0) & (ahead <= 30), "index"]).astype(float)
    own = slope(past["purchase_probability_30d"], pd.Series(happened))
    return [("purchase within 30 days", "calibration_slope", value, own, SLOPE, _is_in(value, SLOPE))]


def _leaving(
    asked: pd.DataFrame, times: pd.DataFrame, ledger: pd.DataFrame, people: pd.DataFrame
) -> list[Row]:
    """The chance to fall silent of who is still there, beside the ledger's to leave."""
    told = asked.dropna(subset="leaving_hazard").merge(times, on="user_key").dropna(subset="probability_30d")
    later = (told["probability_30d"] - told["probability_0d"]) / (1 - told["probability_0d"])
    value = slope(later, told["leaving_probability_30d"])
    past = _past(ledger, people)
    left = pd.to_datetime(past["left_at"]).dt.tz_localize(None)
    has_left = (left <= past["cut_date"] + pd.Timedelta(days=30)).astype(float)
    own = slope(past["leaving_probability_30d"], has_left)
    return [("leaving within 30 days", "calibration_slope", value, own, SLOPE, _is_in(value, SLOPE))]


def _coverage(metrics: pd.DataFrame) -> list[Row]:
    """80 % intervals of the time to the next purchase, among those observed on the test cut."""
    shown = metrics[(metrics["metric"] == "interval_coverage") & (metrics["model"] == "adjusted")]
    return [
        (
            "80 % interval of the next purchase",
            "coverage",
            value,
            float("nan"),
            COVERAGE,
            _is_in(value, COVERAGE),
        )
        for value in shown["value"].astype(float)
    ]


def _past(ledger: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """What the ledger told of people on Sundays whose next 30 days are over."""
    last = ledger["cut_date"].max() - pd.Timedelta(days=30)
    ripe = sorted(cut for cut in ledger["cut_date"].unique() if cut <= last)[-LEDGER_CUTS:]
    return ledger[ledger["cut_date"].isin(ripe)].merge(people, on="person_id")


def _is_in(value: float, goal: tuple[float, float]) -> bool:
    return goal[0] <= value <= goal[1]


if __name__ == "__main__":
    for name, metric, value, own, goal, is_reached in rows(Home.at(Path(sys.argv[1]))):
        words = "reached" if is_reached else "missed"
        print(f"{name:36} {metric:18} {value:.3f} (ledger {own:.3f}) goal {goal[0]}-{goal[1]} {words}")
