"""What is predicted, as data: a population, a horizon and a label; how it is learned belongs elsewhere.

Adding a prediction is one more `Target` in `TARGETS`; a home adds its own under `targets` in its settings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from dmp.settings import SettingsError, TargetSettings


def everybody(metrics: pd.DataFrame) -> pd.Series:
    """Every identified person seen by the cut."""
    return pd.Series(True, index=metrics.index)


def customers(metrics: pd.DataFrame) -> pd.Series:
    """Whoever ordered at least once up to the cut."""
    return metrics["order_count_life"].fillna(0) > 0


def bought_in_last_90_days(metrics: pd.DataFrame) -> pd.Series:
    """Whoever ordered at least once in the 90 days up to the cut."""
    return metrics["order_count_90d"].fillna(0) > 0


def buys(ahead: pd.DataFrame) -> pd.Series:
    """At least one order within the horizon."""
    return ahead["order_count"] > 0


def buys_nothing(ahead: pd.DataFrame) -> pd.Series:
    """No order within the horizon."""
    return ahead["order_count"] == 0


def happens(ahead: pd.DataFrame) -> pd.Series:
    """At least one event of the target's kind within the horizon."""
    return ahead["order_count"] > 0


def happens_never(ahead: pd.DataFrame) -> pd.Series:
    """No event of the target's kind within the horizon."""
    return ahead["order_count"] == 0


def days_of_purchase(ahead: pd.DataFrame) -> pd.Series:
    """Days with an order within the horizon: several orders of a day are one visit to the shop."""
    return ahead["purchase_day_count"].astype("float64")


def money_spent(ahead: pd.DataFrame) -> pd.Series:
    """What is paid within the horizon, in the home's currency."""
    return ahead["purchase_amount"].astype("float64")


@dataclass(frozen=True)
class Goods:
    """Which purchases count: those of a category or brand, or of items listed since `new_days` before the cut."""

    dimension: str | None = None
    value: str | None = None
    new_days: int | None = None


@dataclass(frozen=True)
class Target:
    """One question about (cut, cut + horizon_days], asked of the people that `population` keeps.

    `population` takes metrics (one row per person) and returns booleans; `label` takes the sums of each person's
    purchases of `goods` inside the horizon (order_count, purchase_day_count, purchase_amount; 0 without any) and
    returns booleans (`answer` "chance") or numbers (`answer` "amount" of `measure` "orders" or "spend").
    `event`: a type or name of events that are counted in place of purchases. `is_absence`: the label is that nothing
    is bought, or that the event does not come. `outside` tells a person why there is no score. Models
    learn from people alone who had consented to `purpose` by the day of learning.
    """

    name: str
    horizon_days: int
    population: Callable[[pd.DataFrame], pd.Series]
    label: Callable[[pd.DataFrame], pd.Series]
    answer: str = "chance"
    measure: str = "orders"
    is_absence: bool = False
    goods: Goods | None = None
    event: str | None = None
    outside: str = "not in the population"
    purpose: str = "analytics"


TARGETS = (
    Target("purchase_30d", 30, everybody, buys),
    Target("purchase_90d", 90, everybody, buys),
    Target(
        "churn_90d",
        90,
        bought_in_last_90_days,
        buys_nothing,
        is_absence=True,
        outside="bought nothing in the last 90 days",
    ),
    Target(
        "orders_90d", 90, customers, days_of_purchase, "amount", "orders", outside="never bought anything"
    ),
    Target("spend_90d", 90, customers, money_spent, "amount", "spend", outside="never bought anything"),
)

LABELS = {
    "purchase": buys,
    "no_purchase": buys_nothing,
    "orders": days_of_purchase,
    "spend": money_spent,
    "event": happens,
    "no_event": happens_never,
}
POPULATIONS = {"everybody": everybody, "customers": customers, "customers_90d": bought_in_last_90_days}


def targets_of(entries: Sequence[TargetSettings]) -> tuple[Target, ...]:
    """Return the built-in targets and those of the home's settings; raises SettingsError on a name used twice."""
    own = tuple(_target(entry) for entry in entries)
    names = [target.name for target in (*TARGETS, *own)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SettingsError(f"settings.yaml: targets: the name {twice[0]} is taken; choose another")
    return (*TARGETS, *own)


def _target(entry: TargetSettings) -> Target:
    is_amount = entry.label in ("orders", "spend")
    given = {"category": entry.category, "brand": entry.brand}
    dimension = next((name for name, value in given.items() if value is not None), None)
    goods = Goods(dimension, given[dimension] if dimension else None, entry.new_items_days)
    return Target(
        entry.name,
        entry.horizon_days,
        POPULATIONS[entry.population],
        LABELS[entry.label],
        "amount" if is_amount else "chance",
        "spend" if entry.label == "spend" else "orders",
        is_absence=entry.label in ("no_purchase", "no_event"),
        goods=goods if dimension or entry.new_items_days else None,
        event=entry.event,
    )
