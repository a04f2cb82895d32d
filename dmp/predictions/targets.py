"""What is predicted, as data: a population, a horizon and a label; how it is learned belongs elsewhere.

Adding a prediction is one more `Target` in `TARGETS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd


def everybody(metrics: pd.DataFrame) -> pd.Series:
    """Every identified person seen by the cut."""
    return pd.Series(True, index=metrics.index)


def bought_in_last_90_days(metrics: pd.DataFrame) -> pd.Series:
    """Whoever ordered at least once in the 90 days up to the cut."""
    return metrics["order_count_90d"].fillna(0) > 0


def buys(orders_ahead: pd.Series) -> pd.Series:
    """At least one order within the horizon."""
    return orders_ahead > 0


def buys_nothing(orders_ahead: pd.Series) -> pd.Series:
    """No order within the horizon."""
    return orders_ahead == 0


@dataclass(frozen=True)
class Target:
    """One question about (cut, cut + horizon_days], asked of the people that `population` keeps.

    `population` takes metrics (one row per person) and `label` the orders of each row inside the horizon;
    both return booleans on the same index. `outside` tells a person why there is no score. Models learn from
    people alone who had consented to `purpose` by the day of learning.
    """

    name: str
    horizon_days: int
    population: Callable[[pd.DataFrame], pd.Series]
    label: Callable[[pd.Series], pd.Series]
    outside: str = "not in the population"
    purpose: str = "analytics"


TARGETS = (
    Target("purchase_30d", 30, everybody, buys),
    Target("purchase_90d", 90, everybody, buys),
    Target(
        "churn_90d", 90, bought_in_last_90_days, buys_nothing, outside="bought nothing in the last 90 days"
    ),
)
