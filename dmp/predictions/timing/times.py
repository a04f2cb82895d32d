"""When everybody's next purchase and silence come, from the warehouse to the tables; each idea has its own file."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from dmp.predictions import facts
from dmp.predictions.cuts import NotLearnable, learning_day
from dmp.predictions.timing.activity_days import read_activity_days
from dmp.predictions.timing.competition import Timer, choose_timer
from dmp.predictions.timing.measures import INTERVAL
from dmp.predictions.timing.timed_events import TIMED_EVENTS, TimedEvent
from dmp.predictions.timing.timer_folders import load_timer, save_timer, timer_version
from dmp.predictions.timing.windows import plan_windows
from dmp.settings import Home

# Bounds the weekly cost. Keys are hashes, so the smallest are a fair sample of people.
TIMED_PEOPLE = 2_500
PURPOSE = "analytics"
METRICS = "time_metrics"
DAY = pd.ArrowDtype(pa.date32())
METRIC_COLUMNS: dict[str, Any] = {
    "target": "str", "model_version": "str", "model": "str", "metric": "str", "value": "float64", "test_cut": DAY,
    "population_count": "int64",
}  # fmt: skip


def columns_of(timed: TimedEvent) -> dict[str, Any]:
    """Return the columns and types of an event's table."""
    chances = {f"probability_{day}d": "float64" for day in timed.told_days}
    return {
        "as_of_date": DAY, "user_key": "int64", "user_id": "str", "median_days": "Int64", "lower_days": "Int64",
        "upper_days": "Int64", **chances, "reason": "str", "model_version": "str",
    }  # fmt: skip


def time_all(connection: duckdb.DuckDBPyConnection, home: Home, as_of_date: date) -> dict[str, pd.DataFrame]:
    """Return the tables of the events by name, and time_metrics (grain target, model, metric), possibly empty.

    purchase_times and silence_times hold one row per identified person: the days after `as_of_date` by which the
    event comes with a chance of one half, one tenth (`lower_days`) and nine tenths (`upper_days`; NULL where that
    is beyond half a year or beyond what the log can tell), and its chance within some days. An event
    that the log cannot carry has a reason, never an error; raises DmpError if a model's folder was damaged.
    """
    today = facts.read_user_metrics(connection)
    ids = facts.read_user_ids(connection).set_index("user_key")["user_id"]
    tables, measured = {}, []
    for timed in TIMED_EVENTS:
        try:
            timer, version = learn_timer(connection, home, as_of_date, timed)
            told = _told(timer, today, timed).assign(model_version=version)
            metrics = pd.DataFrame(timer.metrics)
            measured.append(metrics.assign(target=timed.name, model_version=version, test_cut=timer.test_cut))
        except NotLearnable as refusal:
            told = today[["user_key"]].assign(reason=str(refusal))
        named = told.assign(as_of_date=as_of_date, user_id=told["user_key"].map(ids))
        tables[timed.table] = _typed(named, columns_of(timed))
    metrics = pd.concat(measured, ignore_index=True) if measured else pd.DataFrame()
    return {**tables, METRICS: _typed(metrics, METRIC_COLUMNS)}


def learn_timer(
    connection: duckdb.DuckDBPyConnection, home: Home, as_of_date: date, timed: TimedEvent
) -> tuple[Timer, str]:
    """Return the event's model as known on the day of learning, and its version; read from its folder if there is one.

    Raises NotLearnable with the reason when the log cannot carry it.
    """
    first_date = facts.first_landed_date(connection)
    if first_date is None:
        raise NotLearnable("the log holds no activity")
    learned_on = learning_day(as_of_date, first_date)
    windows = plan_windows(
        facts.history_cuts(connection, learned_on), first_date, learned_on, timed.delay_days
    )
    history = facts.read_metrics_history(connection, windows.all, learned_on, PURPOSE, TIMED_PEOPLE)
    if timed.is_purchase:
        events = facts.read_purchases(connection, windows.all, learned_on)
    else:
        keys = [int(key) for key in sorted(history["user_key"].unique())]
        events = read_activity_days(connection, keys, windows.all[0], learned_on)
    events = events[events["user_key"].isin(history["user_key"])][["user_key", "event_date"]]
    version = timer_version(timed.name, history, events, windows)
    if stored := load_timer(home.models, timed.name, version):
        return stored, version
    timer = choose_timer(history, events, timed, windows)
    save_timer(home.models, version, timer)
    return timer, version


def _told(timer: Timer, today: pd.DataFrame, timed: TimedEvent) -> pd.DataFrame:
    """Days and chances per person; what lies beyond the longest wait that was watched is not told."""
    people = timed.asked(today)
    reach = min(timer.reach_days, int(timed.grid[-1]) - timed.offset_days)
    grid = timed.grid[timed.grid <= reach + timed.offset_days]
    curves = timer.curves(people, grid)
    columns = {"user_key": people["user_key"].to_numpy()}
    for name, level in (("median_days", 0.5), ("lower_days", INTERVAL[0]), ("upper_days", INTERVAL[1])):
        columns[name] = np.maximum(np.ceil(curves.day_of(level)) - timed.offset_days, 0)
    for day in timed.told_days:
        columns[f"probability_{day}d"] = curves.happened_by(float(day + timed.offset_days))
    return pd.DataFrame(columns)


def _typed(table: pd.DataFrame, columns: dict[str, Any]) -> pd.DataFrame:
    """The declared columns and types, so that an empty table has them too."""
    if table.empty:
        return pd.DataFrame({column: pd.Series([], dtype=kind) for column, kind in columns.items()})
    return table.reindex(columns=list(columns)).astype(columns)
