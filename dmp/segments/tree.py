"""The parts that a segment's rule is made of; how they are read, checked and become SQL is elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

Value = bool | int | float | str | date

# How each operator reads in a reason.
OPERATORS = {
    "is": "is",
    "is_not": "is not",
    "one_of": "one of",
    "none_of": "none of",
    "at_least": "at least",
    "at_most": "at most",
    "more_than": "more than",
    "less_than": "less than",
    "between": "between",
    "contains": "contains",
    "is_known": "is known",
}
ORDERED = ("at_least", "at_most", "more_than", "less_than", "between")


@dataclass(frozen=True)
class Comparison:
    """An operator and what it compares with: two values for `between`, any number for `one_of` and `none_of`."""

    operator: str
    values: tuple[Value, ...]

    def __str__(self) -> str:
        joint = " and " if self.operator == "between" else ", "
        return f"{OPERATORS[self.operator]} {joint.join(map(str, self.values))}"


@dataclass(frozen=True)
class FieldCondition:
    """A column of a table with one row per person compares so."""

    place: str
    field: str
    comparison: Comparison

    def __str__(self) -> str:
        return f"{self.field} {self.comparison}"


@dataclass(frozen=True)
class TagCondition:
    """A tag holds, with a score and for a number of days where these are given."""

    place: str
    tag: str
    min_score: float
    held_days: int

    def __str__(self) -> str:
        score = f", score at least {self.min_score}" if self.min_score else ""
        days = f", for {self.held_days} days" if self.held_days else ""
        return f"tag {self.tag}{score}{days}"


@dataclass(frozen=True)
class ScoreCondition:
    """A predicted score compares so."""

    place: str
    target: str
    comparison: Comparison

    def __str__(self) -> str:
        return f"score {self.target} {self.comparison}"


@dataclass(frozen=True)
class EventCondition:
    """The count of events of a type compares so; items: attribute and value of the items that count."""

    place: str
    event: str
    items: tuple[tuple[str, str], ...]
    within_days: int | None
    comparison: Comparison

    @property
    def counted(self) -> str:
        """What is counted, in words."""
        items = "".join(f" of {name} {value}" for name, value in self.items)
        return f"{self.event}{items}" + (f" in {self.within_days} days" if self.within_days else "")

    def __str__(self) -> str:
        return f"{self.counted} {self.comparison}"


@dataclass(frozen=True)
class SegmentCondition:
    """The person is in another segment."""

    place: str
    segment: str

    def __str__(self) -> str:
        return f"segment {self.segment}"


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return "(" + " and ".join(map(str, self.parts)) + ")"


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return "(" + " or ".join(map(str, self.parts)) + ")"


@dataclass(frozen=True)
class Not:
    """The part does not hold; what is unknown of a person does not hold."""

    part: Condition

    def __str__(self) -> str:
        return f"not {self.part}"


Leaf = FieldCondition | TagCondition | ScoreCondition | EventCondition | SegmentCondition
Condition = AllOf | AnyOf | Not | Leaf


def leaves(condition: Condition, *, is_wanted: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Yield the conditions without parts, each with whether it is wanted to hold or, below a `not`, to fail."""
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from leaves(part, is_wanted=is_wanted)
    elif isinstance(condition, Not):
        yield from leaves(condition.part, is_wanted=not is_wanted)
    else:
        yield condition, is_wanted
