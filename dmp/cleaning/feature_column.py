"""One feature on its way through its rules: what was known at the cut teaches, the served day's values are treated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.cleaning.cleaning_parameters import FEWEST_VALUES, fit
from dmp.cleaning.imputation import CONSTANT_FILLS, PREDICTED_FILLS
from dmp.cleaning.rules import Rule
from dmp.cleaning.scaling import SCALINGS, scaled
from dmp.cleaning.value_counts import ValueCounts


class FeatureColumn:
    """A column of `served` people, treated rule by rule with what `history` (people at the cut) teaches.

    values: as they stand now; scaled: the same in the unit of the scaling rule; is_imputed: which were filled.
    parameters and changes: what each rule learned, and each cell that it flagged or changed.
    """

    def __init__(self, name: str, decimals: int, history: pd.DataFrame, served: pd.DataFrame) -> None:
        """Begin with what people have, stored with `decimals` so that scaling has an exact inverse."""
        self._history, self._served, self._decimals = history, served, decimals
        self.known = history[name].to_numpy(dtype=np.float64)
        self.values = np.round(served[name].to_numpy(dtype=np.float64), decimals)
        self.scaled = np.full(len(served), np.nan)
        self.is_imputed = np.zeros(len(served), dtype=bool)
        self.parameters: list[tuple[Rule, str, float]] = []
        self.changes: list[pd.DataFrame] = []

    def apply(self, rule: Rule) -> None:
        """Apply a rule; where too little is known to learn from, everything stays as it is."""
        if rule.is_fitted and np.isfinite(self.known).sum() < FEWEST_VALUES:
            return
        if rule.action == "scale":
            learned = self._learned(rule, SCALINGS[rule.method](ValueCounts.of(self.known)))
            self.scaled = scaled(self.values, rule.method, learned)
        elif rule.action == "fill":
            self._fill(rule)
        else:
            self._check(rule)

    def _check(self, rule: Rule) -> None:
        lower, upper = rule.lower_bound, rule.upper_bound
        if rule.is_fitted:
            learned = self._learned(rule, fit(rule, ValueCounts.of(self.known)))
            lower, upper = learned["lower_bound"], learned["upper_bound"]
        lower, upper = -np.inf if lower is None else lower, np.inf if upper is None else upper
        self.known = _within(self.known, rule.action, lower, upper)
        is_outside = (self.values < lower) | (self.values > upper)
        self._change(rule, is_outside, _within(self.values, rule.action, lower, upper)[is_outside])

    def _fill(self, rule: Rule) -> None:
        is_missing = np.isnan(self.values)
        if rule.method in CONSTANT_FILLS:
            learned = self._learned(rule, fit(rule, ValueCounts.of(self.known)))
            made = np.full(is_missing.sum(), learned["fill_value"])
        else:
            names, is_known = list(rule.predictors), np.isfinite(self.known)
            made = self._predicted(rule, is_known, is_missing, names)
        self.is_imputed |= is_missing
        self._change(rule, is_missing, made)

    def _predicted(
        self, rule: Rule, is_known: np.ndarray, is_missing: np.ndarray, names: list[str]
    ) -> np.ndarray:
        history = self._history[names].to_numpy(dtype=np.float64)[is_known]
        served = self._served[names].to_numpy(dtype=np.float64)[is_missing]
        made, learned = PREDICTED_FILLS[rule.method](history, self.known[is_known], served, names)
        self._learned(rule, learned)
        return made

    def _learned(self, rule: Rule, parameters: dict[str, float]) -> dict[str, float]:
        self.parameters += [(rule, name, value) for name, value in sorted(parameters.items())]
        return parameters

    def _change(self, rule: Rule, is_hit: np.ndarray, new_values: np.ndarray) -> None:
        """Put the new values in, and keep what was there before."""
        old_values, new_values = self.values[is_hit], np.round(new_values, self._decimals)
        self.values = self.values.copy()
        self.values[is_hit] = new_values
        hit = pd.DataFrame({"user_key": self._served["user_key"].to_numpy()[is_hit], "old_value": old_values})
        self.changes.append(
            hit.assign(
                new_value=new_values,
                is_changed=rule.action != "flag",
                **rule.model_dump(
                    include={
                        "column_name", "rule_id", "rule_version", "rule_order", "method", "action", "cause_code",
                    }
                ),
            )
        )  # fmt: skip


def _within(values: np.ndarray, action: str, lower: float, upper: float) -> np.ndarray:
    """Return the values as a check leaves them."""
    if action == "clip":
        return np.clip(values, lower, upper)
    if action == "blank":
        return np.where((values < lower) | (values > upper), np.nan, values)
    return values
