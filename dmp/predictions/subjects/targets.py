"""Which tables of subjects are learned from, as data; how is elsewhere. Adding one is one more `SubjectTarget`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Derived:
    """A feature made of two others: `first` over, less or times `second`. NaN where that is undefined."""

    first: str
    how: Literal["over", "less", "times"]
    second: str


@dataclass(frozen=True)
class Later:
    """A split in time: rows whose `column` is in `test` come after all others. `order`: its values, oldest first."""

    column: str
    order: tuple[str, ...]
    test: tuple[str, ...]


@dataclass(frozen=True)
class SubjectTarget:
    """One question about the rows of a raw table: is `label` equal to `value`?

    `name` is the source's. `subject`: the column with the key of a person's identifier, None where a row is nobody's.
    `left_out`: columns that may not be learned from (they tell the label or name the row). `duration`: the column with
    how long a subject was observed, in its own unit, where the label is an event that ends it. People are learned
    from and scored only with their consent to `purpose`.
    """

    name: str
    table: str
    label: str
    value: str
    subject: str | None = None
    left_out: tuple[str, ...] = ()
    derived: Mapping[str, Derived] = field(default_factory=dict)
    later: Later | None = None
    duration: str | None = None
    purpose: str = "analytics"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SUBJECT_TARGETS = (
    SubjectTarget(
        name="telco_churn",
        table="telco_churn__customers",
        label="has_churned",
        value="Yes",
        subject="login_key",
        duration="tenure_months",
    ),
    SubjectTarget(
        name="online_shoppers",
        table="online_shoppers__sessions",
        label="has_revenue",
        value="true",
        derived={
            "administrative_seconds_per_page": Derived(
                "administrative_seconds", "over", "administrative_page_count"
            ),
            "informational_seconds_per_page": Derived(
                "informational_seconds", "over", "informational_page_count"
            ),
            "product_seconds_per_page": Derived("product_seconds", "over", "product_page_count"),
            "exits_without_bounces": Derived("exit_rate", "less", "bounce_rate"),
            "bounce_share_of_exits": Derived("bounce_rate", "over", "exit_rate"),
            "exits_on_product_pages": Derived("exit_rate", "times", "product_page_count"),
            "page_value_times_exits": Derived("page_value", "times", "exit_rate"),
            "page_value_per_product_page": Derived("page_value", "over", "product_page_count"),
        },
        later=Later("month", MONTHS, test=("Nov", "Dec")),
    ),
)
BY_NAME = {target.name: target for target in SUBJECT_TARGETS}
