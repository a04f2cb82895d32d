"""Rows to learn from: what was known of a person at a cut beside what they bought after it; no model here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from dmp.predictions.candidates.candidate import Question
from dmp.predictions.candidates.rhythm import COLUMNS as RHYTHM_COLUMNS
from dmp.predictions.season import SEASON
from dmp.predictions.targets import Target, customers
from dmp.settings import DmpError

# Bounds the weekly cost of every target; keys are hashes, so the smallest are a fair sample.
LEARNED_ROWS = 25_000
MINIMUM_PEOPLE = 100
MINIMUM_PEOPLE_PER_CLASS = 20
# The season is the same for everybody at a cut: models of a rate multiply by it, others would learn the date.
NO_FEATURES = ("as_of_date", "user_key", "label", SEASON)


def training_rows(
    metrics_history: pd.DataFrame,
    purchases: pd.DataFrame,
    target: Target,
    cuts: Sequence[date],
    learned_on: date,
) -> pd.DataFrame:
    """Return one row per (as_of_date, user_key) of the target's population at the cuts, with `label`.

    `metrics_history`: one row per (as_of_date, user_key), `is_identified` and metrics as of that day.
    `purchases`: user_key as in the map of the cut, event_date, order_count, purchase_amount and, for goods that are
    new, first_listed_date; may reach beyond the horizon, what lies there is not read. Rows come sorted by key,
    whatever the order of the inputs. `label` is 0 or 1 of a chance, a number >= 0 of an amount.
    Raises DmpError when a label window ends after `learned_on` or a metric looks beyond its cut.
    """
    horizon = timedelta(days=target.horizon_days)
    if late := [cut for cut in cuts if cut + horizon > learned_on]:
        raise DmpError(f"{target.name}: the labels of {late[0]} end after {learned_on}, the day of learning")
    history = metrics_history.assign(
        as_of_date=pd.to_datetime(metrics_history["as_of_date"]).astype("datetime64[s]")
    )
    dated = purchases.assign(event_date=pd.to_datetime(purchases["event_date"]))
    rows = [_labelled(history, dated, target, pd.Timestamp(cut), horizon) for cut in sorted(cuts)]
    return pd.concat(rows, ignore_index=True) if rows else history.iloc[:0].assign(label=np.int8(0))


def known_customers(metrics_history: pd.DataFrame) -> pd.DataFrame:
    """Return what models of purchase rhythm read of whoever had bought by a cut, asked about or not.

    One row per (as_of_date, user_key), sorted by them: nothing in it was known later than its cut.
    """
    is_customer = metrics_history["is_identified"].astype(bool) & customers(metrics_history)
    read = ["as_of_date", "user_key", *sorted({*RHYTHM_COLUMNS} & set(metrics_history.columns))]
    known = metrics_history.loc[is_customer, read]
    dates = pd.to_datetime(known["as_of_date"]).astype("datetime64[s]")
    return known.assign(as_of_date=dates).sort_values(["as_of_date", "user_key"], ignore_index=True)


def _labelled(
    history: pd.DataFrame, purchases: pd.DataFrame, target: Target, cut: pd.Timestamp, horizon: timedelta
) -> pd.DataFrame:
    people = history[(history["as_of_date"] == cut) & history["is_identified"].astype(bool)]
    people = people[target.population(people)].sort_values("user_key")
    _refuse_foresight(people, cut)
    ahead = purchases[(purchases["event_date"] > cut) & (purchases["event_date"] <= cut + horizon)]
    if target.goods is not None and target.goods.new_days is not None:
        listed = pd.to_datetime(ahead["first_listed_date"])
        ahead = ahead[listed > cut - timedelta(days=target.goods.new_days)]
    label = target.label(_sums_ahead(ahead, people["user_key"]))
    return people.assign(label=label.to_numpy().astype("int8" if target.answer == "chance" else "float64"))


def _sums_ahead(ahead: pd.DataFrame, user_keys: pd.Series) -> pd.DataFrame:
    """One row per user_key in the given order: order_count, purchase_day_count, purchase_amount; 0 without any."""
    sums = ahead.groupby("user_key").agg(
        order_count=("order_count", "sum"),
        purchase_day_count=("event_date", "nunique"),
        purchase_amount=("purchase_amount", "sum"),
    )
    return sums.reindex(user_keys).fillna(0)


def _refuse_foresight(people: pd.DataFrame, cut: pd.Timestamp) -> None:
    """A negative recency is an event after the cut."""
    for column in ("recency_days", "purchase_recency_days"):
        if column in people and (people[column].dropna() < 0).any():
            raise DmpError(
                f"user_metrics_history at {cut:%Y-%m-%d}: {column} is negative, so it knows later events"
            )


def feature_names(table: pd.DataFrame) -> tuple[str, ...]:
    """Return every numeric metric of `table`, in alphabetical order."""
    numeric = table.select_dtypes(include="number").columns
    return tuple(sorted(str(name) for name in numeric if name not in NO_FEATURES))


def question_of(target: Target, rows: pd.DataFrame) -> Question:
    """Return what is asked of the candidates."""
    return Question(
        feature_names(rows),
        target.horizon_days,
        target.answer,
        target.measure,
        is_counted_when=not target.is_absence,
        is_seasonal=SEASON in rows,
    )


def rows_at(rows: pd.DataFrame, cuts: Sequence[date]) -> pd.DataFrame:
    """Return the rows of some cuts."""
    return rows[rows["as_of_date"].isin(pd.to_datetime(list(cuts)))]


def newest_at(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the rows of the newest cut up to `day`."""
    known = rows[rows["as_of_date"] <= pd.Timestamp(day)]
    return known[known["as_of_date"] == known["as_of_date"].max()]


def bounded(rows: pd.DataFrame, most: int = LEARNED_ROWS) -> pd.DataFrame:
    """Return the rows of as many people, the smallest keys, as have at most `most` rows together."""
    counts = rows.groupby("user_key").size().sort_index()
    kept = counts.index[counts.cumsum() <= most]
    return rows if len(kept) == len(counts) else rows[rows["user_key"].isin(kept)]


def reason_not_to_learn(rows: pd.DataFrame, window: str) -> str | None:
    """Return why `rows` hold too few people with or without the label (people, not rows), None if enough.

    Of an amount, with the label means above 0.
    """
    people = rows["user_key"].nunique()
    if people < MINIMUM_PEOPLE:
        return f"{people} people in {window} are too few, {MINIMUM_PEOPLE} are needed"
    for has_label, words in ((True, "with"), (False, "without")):
        count = rows.loc[(rows["label"] > 0) == has_label, "user_key"].nunique()
        if count < MINIMUM_PEOPLE_PER_CLASS:
            return (
                f"{count} people {words} the event in {window} are too few, "
                f"{MINIMUM_PEOPLE_PER_CLASS} are needed"
            )
    return None
