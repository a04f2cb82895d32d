"""What the fitted rules on facts learned at each weekly cut: the table `cleaning_parameters`.

A cut's numbers depend on values that had landed by then, as they were recorded: whatever later rules or days change,
they stay. So all cuts of a run are fitted first and its days cleaned after, and the runs that landed them do not show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from dmp.cleaning.imputation import CONSTANT_FILLS
from dmp.cleaning.outliers import OUTLIERS
from dmp.cleaning.rules import Rule
from dmp.cleaning.value_counts import ValueCounts

# Below this many values quartiles and deviations say little.
FEWEST_VALUES = 30
COLUMNS = ["rule_id", "rule_version", "fitted_on", "parameter", "value"]


def weekly_cuts(first: date, last: date) -> list[date]:
    """Return every Sunday from `first` to `last`, both included."""
    sunday = first + timedelta(days=6 - first.weekday())
    return [sunday + timedelta(weeks=week) for week in range(max(0, (last - sunday).days // 7 + 1))]


def cleaning_parameters(
    value_counts: pd.DataFrame, rules: Sequence[Rule], cuts: Iterable[date]
) -> pd.DataFrame:
    """Return one row per rule, cut and parameter, from what was known on each cut.

    value_counts: rule_id, known_on (the first cut that knows the values), value, value_count. A rule has no rows for a
    cut that knows fewer than FEWEST_VALUES values.
    """
    rows: list[tuple[str, int, date, str, float]] = []
    by_rule = dict(tuple(value_counts.groupby("rule_id")))
    for rule in rules:
        if rule.rule_id not in by_rule:
            continue
        for cut, column in _known(by_rule[rule.rule_id], sorted(cuts)):
            parameters = {**fit(rule, column), "value_count": float(column.total)}
            rows += [
                (rule.rule_id, rule.rule_version, cut, name, value)
                for name, value in sorted(parameters.items())
            ]
    return pd.DataFrame(rows, columns=COLUMNS)


def fit(rule: Rule, column: ValueCounts) -> dict[str, float]:
    """Return what the rule's method learns from a column: bounds, or what fills a missing value."""
    if rule.method in OUTLIERS:
        return OUTLIERS[rule.method](column, rule.multiplier or 0)
    return CONSTANT_FILLS[rule.method](column)


def _known(counts: pd.DataFrame, cuts: list[date]) -> Iterable[tuple[date, ValueCounts]]:
    """Return each cut with the values known on it; the counts are added up from cut to cut."""
    values, place = np.unique(counts["value"].to_numpy(dtype=np.float64), return_inverse=True)
    known_on = counts["known_on"].to_numpy()
    new = counts["value_count"].to_numpy(dtype=np.int64)
    total = np.zeros(len(values), dtype=np.int64)
    before: date | None = None
    for cut in cuts:
        is_new = (known_on <= cut) & (True if before is None else known_on > before)
        np.add.at(total, place[is_new], new[is_new])
        before = cut
        if total.sum() >= FEWEST_VALUES:
            yield cut, ValueCounts(values[total > 0], total[total > 0])
