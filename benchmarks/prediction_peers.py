"""What a notebook would do about repeat purchases: the peers of the platform's own predictions, on the same split.

A log is one row per (customer, day): `customer`, `day` (datetime64), `amount`. Everything is learned from days up to
the cut. `later` tells what came: per customer the days of purchase and the amount in (cut, cut + horizon].
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from dmp.predictions.rhythm.histories import Histories
from dmp.predictions.rhythm.models import build, fit

REGULARISATION = 1.0  # scikit-learn's default


def histories(log: pd.DataFrame, cut: pd.Timestamp) -> pd.DataFrame:
    """Return one row per customer who has bought by `cut`: days, age, recency, amount, days_90 and amount_90."""
    past = log[log["day"] <= cut].assign(ago=lambda rows: (cut - rows["day"]).dt.days)
    recent = past[past["ago"] < 90].groupby("customer")
    known = past.groupby("customer")
    table = pd.DataFrame(
        {
            "days": known["day"].nunique(),
            "age": known["ago"].max(),
            "recency": known["ago"].min(),
            "amount": known["amount"].sum(),
        }
    )
    return table.assign(days_90=recent["day"].nunique(), amount_90=recent["amount"].sum()).fillna(0.0)


def later(log: pd.DataFrame, customers: pd.Index, cut: pd.Timestamp, horizon_days: int) -> pd.DataFrame:
    """Return days and amount in (cut, cut + horizon_days] of each customer, 0 without a purchase."""
    window = log[(log["day"] > cut) & (log["day"] <= cut + pd.Timedelta(days=horizon_days))].groupby(
        "customer"
    )
    came = pd.DataFrame({"days": window["day"].nunique(), "amount": window["amount"].sum()})
    return came.reindex(customers, fill_value=0.0)


def rhythm(name: str, known: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Return expected_days and chance (of buying) of the plain model `name`: bg_nbd, mbg_nbd or pareto_nbd."""
    age, repeats = known["age"].to_numpy(dtype="float64"), known["days"].to_numpy(dtype="float64") - 1
    people = Histories(
        repeats, np.where(repeats > 0, age - known["recency"].to_numpy(), 0.0), age, np.ones(len(age))
    )
    model = build(name, fit(name, people))
    nothing = model.log_no_purchase(people, horizon_days)
    return pd.DataFrame(
        {"expected_days": model.expected(people, horizon_days), "chance": -np.expm1(nothing)},
        index=known.index,
    )


def naive_rate(known: pd.DataFrame, horizon_days: int, shortest_days: int = 90) -> pd.DataFrame:
    """Return expected_days and expected_amount: each customer's own pace so far goes on."""
    share = horizon_days / np.maximum(known["age"] + 1, shortest_days)
    return pd.DataFrame({"expected_days": known["days"] * share, "expected_amount": known["amount"] * share})


def logistic(
    log: pd.DataFrame,
    cut: pd.Timestamp,
    horizon_days: int,
    label: Callable[[pd.DataFrame], pd.Series],
    population: Callable[[pd.DataFrame], pd.Series],
) -> pd.Series:
    """Return the chance of `label` of each customer of the population at `cut`.

    A logistic regression on logarithms, learned at the one cut whose window ends at `cut`.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    before = cut - pd.Timedelta(days=horizon_days)
    learned, asked = (known[population(known)] for known in (histories(log, before), histories(log, cut)))
    came = label(later(log, learned.index, before, horizon_days))
    model = make_pipeline(
        FunctionTransformer(lambda table: np.log1p(np.maximum(table, 0))),
        StandardScaler(),
        LogisticRegression(C=REGULARISATION),
    )
    chances = model.fit(learned, came).predict_proba(asked)[:, 1]
    return pd.Series(chances, index=asked.index)
