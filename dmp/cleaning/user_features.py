"""The feature table of people: the catalogue's numeric columns checked, filled and scaled, for models to use.

Everything is learned from people as they were known on the last weekly cut and applied to the served day.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dmp.cleaning.feature_column import FeatureColumn
from dmp.cleaning.rules import FEATURES, Rule
from dmp.settings import SettingsError

PARAMETERS = {
    "rule_id": "str", "rule_version": "int64", "fitted_on": "object", "parameter": "str", "value": "float64",
}  # fmt: skip
CHANGES = {
    "as_of_date": "object", "user_key": "int64", "column_name": "str", "rule_id": "str", "rule_version": "int64",
    "rule_order": "int64", "method": "str", "action": "str", "cause_code": "str", "old_value": "float64",
    "new_value": "float64", "is_changed": "bool", "fitted_on": "object",
}  # fmt: skip


def feature_tables(
    history: pd.DataFrame, served: pd.DataFrame, rules: Sequence[Rule]
) -> dict[str, pd.DataFrame]:
    """Return `user_features`, `feature_parameters` and `feature_changes`.

    history: people at the last weekly cut (empty where there was none), served: people now; both with as_of_date,
    user_key and the numeric columns that rules name. `user_features` has one row per person: each column, and beside it
    `<column>_is_imputed` where a rule fills it and `<column>_scaled` where a rule scales it. Raises SettingsError for a
    rule that names a column that people do not have.
    """
    history, served = (rows.sort_values("user_key", ignore_index=True) for rows in (history, served))
    columns = _columns(history, served, rules)
    features = served[["as_of_date", "user_key"]].copy()
    for name, column in columns.items():
        features[name] = column.values
        actions = {rule.action for rule in rules if rule.table_name == FEATURES and rule.column_name == name}
        if "fill" in actions:
            features[f"{name}_is_imputed"] = column.is_imputed
        if "scale" in actions:
            features[f"{name}_scaled"] = column.scaled
    fitted_on = history["as_of_date"].max() if len(history) else None
    as_of_date = served["as_of_date"].max() if len(served) else None
    learned = [
        (rule.rule_id, rule.rule_version, fitted_on, name, value)
        for column in columns.values()
        for rule, name, value in column.parameters
    ]
    changes = pd.concat(
        [
            pd.DataFrame(columns=list(CHANGES)),
            *(part for column in columns.values() for part in column.changes),
        ],
        ignore_index=True,
    ).assign(as_of_date=as_of_date, fitted_on=fitted_on)
    return {
        "user_features": features,
        "feature_parameters": pd.DataFrame(learned, columns=list(PARAMETERS)).astype(PARAMETERS),
        "feature_changes": changes[list(CHANGES)].astype(CHANGES),
    }


def _columns(history: pd.DataFrame, served: pd.DataFrame, rules: Sequence[Rule]) -> dict[str, FeatureColumn]:
    columns: dict[str, FeatureColumn] = {}
    on_features = [rule for rule in rules if rule.table_name == FEATURES]
    decimals = {rule.column_name: rule.decimals for rule in on_features if rule.decimals is not None}
    for rule in on_features:
        if unknown := {rule.column_name, *rule.predictors} - set(served.columns):
            raise SettingsError(
                f"cleaning_rules.csv, {rule.rule_id}: {FEATURES} has no {', '.join(sorted(unknown))}"
            )
        name = rule.column_name
        column = columns.setdefault(name, FeatureColumn(name, decimals.get(name, 4), history, served))
        if rule.is_on:
            column.apply(rule)
    return columns
