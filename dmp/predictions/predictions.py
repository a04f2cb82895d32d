"""All targets of a day, from the warehouse to the tables of the stage; each idea lives in its own file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb
import pandas as pd

from dmp.predictions import facts
from dmp.predictions.champions import Champion, choose_champion
from dmp.predictions.cuts import NotLearnable, learning_day, plan_cuts
from dmp.predictions.drift import input_drift
from dmp.predictions.events_ahead import read_ahead
from dmp.predictions.explanation import explain
from dmp.predictions.pins import read_pins
from dmp.predictions.registry import hash_inputs, load_model, model_version, save_model
from dmp.predictions.scores import score, withheld
from dmp.predictions.season import seasoned
from dmp.predictions.tables import TABLES, typed
from dmp.predictions.targets import Target, targets_of
from dmp.predictions.training_rows import known_customers, training_rows
from dmp.predictions.what_if import smallest_changes
from dmp.predictions.wording import reasons
from dmp.settings import Home, Settings, SettingsError


def predict_all(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    settings: Settings,
    as_of_date: date,
    targets: Iterable[Target] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the tables of the stage by name (columns: TABLES), each with all targets, possibly empty.

    Grains: user_predictions (user_key, target), prediction_parts (user_key, target, feature), prediction_changes
    (user_key, target), prediction_models (target), prediction_choices (target, recipe), prediction_metrics (target,
    model, vintage, metric), prediction_slices (target, slice, metric), prediction_drift (target, kind, feature) and
    prediction_calibration (target, bin).
    A target that the log cannot carry is a refused model with its reason, never an error. The same inputs are
    learned once and then read from `<home>/models`; raises DmpError if that folder was damaged.
    """
    today, last_week = facts.read_user_metrics(connection), facts.read_last_week(connection, as_of_date)
    daily = facts.read_daily_purchases(connection, as_of_date)
    collected: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for target in targets_of(settings.targets) if targets is None else targets:
        try:
            model = learn(connection, home, settings, as_of_date, target)
            now, before = (
                seasoned(table, daily, target.horizon_days) if model.question.is_seasonal else table
                for table in (today, last_week)
            )
            results = _predicted(model, target, now, before, settings)
        except NotLearnable as refusal:
            results = _refused(target, today, str(refusal))
        for name, table in results.items():
            collected[name].append(table.assign(as_of_date=as_of_date))
    tables = {name: typed(name, collected[name]) for name in TABLES}
    ids = facts.read_user_ids(connection).set_index("user_key")["user_id"]
    named = tables["user_predictions"].assign(user_id=lambda rows: rows["user_key"].map(ids).astype("str"))
    return {**tables, "user_predictions": named}


def learn(
    connection: duckdb.DuckDBPyConnection, home: Home, settings: Settings, as_of_date: date, target: Target
) -> Champion:
    """Return the target's champion as known on the day of learning, from its folder if it was learned before.

    The owner may hold another model in use. Raises NotLearnable with the reason when the log cannot carry the target.
    """
    if held := read_pins(home).get(target.name):
        if stored := load_model(home.models, target.name, held):
            return stored
        raise SettingsError(
            f"{home.model_pins}: {target.name}: there is no model {held}; "
            f"`dmp model release {target.name} --home {home.root}` uses the newest again"
        )
    first_date = facts.first_landed_date(connection)
    if first_date is None:
        raise NotLearnable("the log holds no activity")
    learned_on = learning_day(as_of_date, first_date)
    cuts = plan_cuts(facts.history_cuts(connection, learned_on), target.horizon_days, first_date, learned_on)
    metrics = facts.read_metrics_history(connection, cuts.all, learned_on, target.purpose)
    history = seasoned(metrics, facts.read_daily_purchases(connection, learned_on), target.horizon_days)
    purchases = read_ahead(connection, cuts.all, learned_on, target)
    rows = training_rows(history, purchases, target, cuts.all, learned_on)
    customers = known_customers(history)
    inputs_hash = hash_inputs(rows, cuts, customers)
    version = model_version(target.name, inputs_hash)
    if stored := load_model(home.models, target.name, version):
        return stored
    champion = choose_champion(
        rows,
        cuts,
        target,
        version=version,
        inputs_hash=inputs_hash,
        threads=settings.threads,
        customers=customers,
    )
    save_model(home.models, champion)
    return champion


def _predicted(
    model: Champion, target: Target, today: pd.DataFrame, last_week: pd.DataFrame, settings: Settings
) -> dict[str, pd.DataFrame]:
    """Scores of all; parts of those whose band changed since the Sunday before, then of the highest scores.

    `explained_people` of them at most of either kind, ties by user_key; a chance alone has parts.
    """
    scores = score(model, today, target)
    first = scores.dropna(subset="score").sort_values(["score", "user_key"], ascending=[False, True])[
        "user_key"
    ]
    before = score(model, last_week, target).set_index("user_key")["score_band"]
    bands = scores.set_index("user_key")["score_band"]
    changed = first[first.isin(before.index) & (first.map(bands) != first.map(before))]
    explained = {*first.head(settings.explained_people), *changed.head(settings.explained_people)}
    people = today[today["user_key"].isin(explained)]
    parts = explain(model, people)
    tables = {
        "user_predictions": scores,
        "prediction_parts": parts.join(reasons(parts)),
        "prediction_changes": smallest_changes(model, people, scores, target.is_absence),
        "prediction_drift": _drift(model, today[target.population(today)]),
    }
    tables = {name: table.assign(model_version=model.version) for name, table in tables.items()}
    return {**tables, **_described(model)}


def _drift(model: Champion, people: pd.DataFrame) -> pd.DataFrame:
    """What differs from what was learned: inputs of those scored now, labels and calibration of the test window."""
    found = [input_drift(model.reference, people), pd.DataFrame(model.drift)]
    return pd.concat([table for table in found if len(table)], ignore_index=True).assign(target=model.target)


def _refused(target: Target, today: pd.DataFrame, reason: str) -> dict[str, pd.DataFrame]:
    nothing = dict.fromkeys(TABLES["prediction_models"])
    entry = {**nothing, "target": target.name, "status": "refused", "reason": reason}
    return {"user_predictions": withheld(today, target, reason), "prediction_models": pd.DataFrame([entry])}


def _described(model: Champion) -> dict[str, pd.DataFrame]:
    """What is reported of a model beside its scores."""
    key = {"target": model.target, "model_version": model.version}
    entry = {
        **key,
        "status": "champion",
        "trained_on": model.cuts.learned_on,
        "training_cuts": list(model.cuts.new if model.vintage == "new" else model.cuts.previous),
        "test_cut": model.cuts.test,
        "training_row_count": model.row_counts["training"],
        "test_row_count": model.row_counts["test"],
        "champion_vintage": model.vintage,
        "answer": model.question.answer,
        "recipe": model.recipe,
        **{
            f"challenge_{name.removeprefix('mean_')}": value
            for name, value in (model.challenge or {}).items()
        },
    }
    return {
        "prediction_models": pd.DataFrame([entry]),
        "prediction_choices": pd.DataFrame(model.choices).assign(**key),
        "prediction_slices": pd.DataFrame(model.slices).assign(**key, test_cut=model.cuts.test),
        "prediction_metrics": pd.DataFrame(model.metrics).assign(**key, test_cut=model.cuts.test),
        "prediction_calibration": pd.DataFrame(model.bins).assign(**key),
    }
