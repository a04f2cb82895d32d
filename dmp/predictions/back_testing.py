"""One target as if on an earlier day: what every recipe would have said, beside what came; nothing is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pandas as pd

from dmp.predictions import facts
from dmp.predictions.champions import Champion, choose_champion
from dmp.predictions.cuts import NotLearnable, plan_cuts
from dmp.predictions.events_ahead import read_ahead
from dmp.predictions.season import seasoned
from dmp.predictions.targets import Target
from dmp.predictions.training_rows import known_customers, training_rows
from dmp.settings import Settings, SettingsError


def back_test(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    target: Target,
    cut: date | None = None,
    horizon_days: int | None = None,
) -> Champion:
    """Return the champion that would have been chosen by the end of the window behind `cut`, tested on that window.

    Without a cut: on the newest window that can be judged. Training windows end by the cut, and only they and
    rehearsals inside them decide what is used. `horizon_days` asks about another length. Raises SettingsError where
    the metrics of that day were not kept, NotLearnable where the log is too short.
    """
    asked = replace(target, horizon_days=horizon_days or target.horizon_days)
    first_date = facts.first_landed_date(connection)
    if first_date is None:
        raise NotLearnable("the log holds no activity")
    learned_on = facts.served_date(connection)
    if cut is not None:
        learned_on = _end_of_window(connection, cut, asked.horizon_days, learned_on)
    sundays = facts.history_cuts(connection, learned_on)
    cuts = replace(plan_cuts(sundays, asked.horizon_days, first_date, learned_on, test_cut=cut), previous=())
    metrics = facts.read_metrics_history(connection, cuts.all, learned_on, asked.purpose)
    history = seasoned(metrics, facts.read_daily_purchases(connection, learned_on), asked.horizon_days)
    purchases = read_ahead(connection, cuts.all, learned_on, asked)
    rows = training_rows(history, purchases, asked, cuts.all, learned_on)
    return choose_champion(
        rows,
        cuts,
        asked,
        version="back-test",
        inputs_hash="",
        threads=settings.threads,
        customers=known_customers(history),
    )


def _end_of_window(connection: duckdb.DuckDBPyConnection, cut: date, horizon_days: int, last: date) -> date:
    """The last day of the window; raises SettingsError where it, or the metrics of `cut`, cannot be known."""
    end = cut + timedelta(days=horizon_days)
    if end > last:
        raise SettingsError(
            f"--cut {cut}: its window ends on {end}, the log on {last}; choose an earlier day"
        )
    if not facts.is_kept(connection, cut):
        raise SettingsError(
            f"--cut {cut}: metrics are kept for Sundays; add `cuts: [{cut}]` to settings.yaml, run, and try again"
        )
    return end


def report(champion: Champion) -> pd.DataFrame:
    """Return one row per recipe: recipe, is_chosen, mean_loss in rehearsals, and every metric of the test window."""
    metrics = pd.DataFrame(champion.metrics)
    new = metrics[metrics["vintage"] == "new"]
    table = new.pivot(index="model", columns="metric", values="value")
    choices = pd.DataFrame(champion.choices).set_index("recipe")[["is_chosen", "mean_loss"]]
    return choices.join(table).rename_axis("recipe").reset_index()
