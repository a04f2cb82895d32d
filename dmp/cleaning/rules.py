"""The catalogue of cleaning rules as Python reads it: one row, one rule, checked before anything is cleaned."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from dmp.cleaning.imputation import CONSTANT_FILLS, PREDICTED_FILLS
from dmp.cleaning.outliers import OUTLIERS
from dmp.cleaning.scaling import SCALINGS
from dmp.settings import PROJECT, SettingsError

CATALOGUE = PROJECT / "dbt_project" / "seeds" / "cleaning_rules.csv"
FEATURES = "user_features"
DUPLICATES = ("duplicate_key", "duplicate_content")
CHECKS = ("flag", "blank", "clip")


@dataclass(frozen=True)
class Method:
    """What a method may do (its actions), which parameters its row must give, and whether only to features."""

    actions: tuple[str, ...]
    needs: tuple[str, ...] = ()
    is_for_features: bool = False


METHODS: dict[str, Method] = {
    "range": Method(CHECKS),
    **{name: Method(CHECKS) for name in OUTLIERS},
    "box_plot": Method(CHECKS, ("multiplier",)),
    "z_score": Method(CHECKS, ("multiplier",)),
    **{name: Method(("flag",)) for name in DUPLICATES},
    **{name: Method(("fill",), ("decimals",)) for name in CONSTANT_FILLS},
    **{name: Method(("fill",), ("predictors", "decimals"), True) for name in PREDICTED_FILLS},
    **{name: Method(("scale",), ("decimals",), True) for name in SCALINGS},
}


class Rule(BaseModel):
    """One row of the catalogue; `docs/cleaning.md` says what each column means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule_id: str
    table_name: str
    column_name: str
    source: str | None = None
    event_type: str | None = None
    rule_order: int
    method: str
    action: str
    cause_code: str | None = None
    lower_bound: float | None = None
    upper_bound: float | None = None
    multiplier: float | None = None
    predictors: tuple[str, ...] = ()
    decimals: int | None = None
    rule_version: int
    is_on: bool

    @property
    def is_fitted(self) -> bool:
        """Whether the rule takes numbers from the weekly cuts."""
        return self.method != "range" and self.method not in DUPLICATES

    @model_validator(mode="after")
    def _fits_its_method(self) -> Rule:
        method = METHODS.get(self.method)
        if method is None:
            raise ValueError(f"unknown method {self.method}; known are {', '.join(METHODS)}")
        if self.action not in method.actions:
            raise ValueError(f"method {self.method} can {' or '.join(method.actions)}, not {self.action}")
        if method.is_for_features and self.table_name != FEATURES:
            raise ValueError(
                f"method {self.method} is for {FEATURES} alone: facts are never predicted or scaled"
            )
        if absent := [name for name in method.needs if getattr(self, name) in (None, ())]:
            raise ValueError(f"method {self.method} needs {', '.join(absent)}")
        if self.method == "range" and self.lower_bound is None and self.upper_bound is None:
            raise ValueError("method range needs lower_bound or upper_bound")
        if self.table_name == "int_events" and self.event_type is None:
            raise ValueError(
                "a rule on int_events names its event_type: an amount means another thing in each"
            )
        if self.action != "scale" and not self.cause_code:
            raise ValueError("a rule that flags or changes values needs a cause_code")
        return self


def load_rules(path: Path = CATALOGUE) -> list[Rule]:
    """Return the catalogue's rules, by table, column and order.

    Raises SettingsError naming the file, the rule and what is wrong with it.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rules: dict[str, Rule] = {}
    for line, row in enumerate(rows, 2):
        given = {name: text for name, text in row.items() if text}
        try:
            rule = Rule.model_validate({**given, "predictors": tuple((row.get("predictors") or "").split())})
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            raise SettingsError(
                f"{path}, line {line}, {row.get('rule_id')}: {field} {first['msg']}".replace(
                    " Value error,", ""
                )
            ) from error
        if rule.rule_id in rules:
            raise SettingsError(f"{path}, line {line}: the rule_id {rule.rule_id} is there already")
        rules[rule.rule_id] = rule
    return sorted(
        rules.values(), key=lambda rule: (rule.table_name, rule.column_name, rule.rule_order, rule.rule_id)
    )
