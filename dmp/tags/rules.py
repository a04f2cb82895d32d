"""A tag as its pack writes it, checked before anything is tagged; docs/tags.md says what each field means."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

HIGHEST_SCORE = 10
GRADES = ("A", "B", "C", "D", "E")
Operator = Literal[">=", ">", "<=", "<", "="]
Kind = Literal["threshold", "quantile", "score", "grade", "taste"]
TASTES = ("category", "brand")


class Part(BaseModel):
    """What every part of a pack has in common: unknown fields are refused, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Level(Part):
    """One level of a tag: it begins where the value meets `enter_at` and ends where it no longer meets `leave_at`."""

    level: str | None = None
    enter_at: float
    leave_at: float | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the level begins and ends; the same where the rule names no other end."""
        return self.enter_at, self.enter_at if self.leave_at is None else self.leave_at


class Points(Part):
    """One row of a points table: so many points to a person whose metric meets the threshold."""

    metric: str
    operator: Operator = ">="
    threshold: float
    points: int = Field(ge=1, le=HIGHEST_SCORE)


class Earlier(Part):
    """The levels of an earlier version of the rule, in force up to and including a day."""

    rule_version: int
    in_force_to: date
    levels: tuple[Level, ...]


class Tag(Part):
    """One tag; its levels are listed from the strongest to the weakest."""

    name_en: str
    name_zh: str
    owner: str
    purpose: Literal["analytics", "personalisation", "advertising"]
    expiry_days: int = Field(ge=1)
    rule_version: int = Field(ge=1)
    kind: Kind
    metric: str | None = None
    operator: Operator = ">="
    most: int | None = Field(None, ge=1)
    levels: tuple[Level, ...] = Field(min_length=1)
    points: tuple[Points, ...] = ()
    earlier: tuple[Earlier, ...] = ()

    @property
    def is_upward(self) -> bool:
        """Whether more of the metric is more of the tag."""
        return self.operator in (">=", ">", "=")

    @property
    def versions(self) -> list[tuple[int, date, tuple[Level, ...]]]:
        """Each version with the last day on which it is in force, and its levels; the earliest first."""
        return [
            *((old.rule_version, old.in_force_to, old.levels) for old in self.earlier),
            (self.rule_version, date.max, self.levels),
        ]

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind in ("score", "grade"):
            total = sum(row.points for row in self.points)
            if self.metric or total != HIGHEST_SCORE:
                raise ValueError(
                    f"a {self.kind} has no metric and points that add up to {HIGHEST_SCORE}, not {total}"
                )
        elif self.metric is None or self.points:
            raise ValueError(f"a {self.kind} has a metric and no points")
        if (self.kind == "taste") != (self.most is not None):
            raise ValueError("a taste, and it alone, says how many values a person has at most")
        if self.kind == "taste" and (
            self.metric not in TASTES or self.operator != ">=" or self.levels[0].enter_at not in range(2, 100)
        ):
            raise ValueError(
                f"a taste is of {' or '.join(TASTES)}, met on 2 to 99 days: enter_at is that number"
            )
        if self.operator == "=" and any(level.leave_at is not None for level in self.levels):
            raise ValueError("a value that must be equal has no leave_at")
        if self.kind == "grade" and tuple(level.level for level in self.levels) != GRADES:
            raise ValueError(f"a grade has the levels {', '.join(GRADES)}, in this order")
        if self.kind == "quantile" and not all(0 < b < 1 for level in self.levels for b in level.bounds):
            raise ValueError("the bounds of a quantile are shares between 0 and 1")
        return self

    @model_validator(mode="after")
    def _levels_nest(self) -> Self:
        """Levels follow each other, so that who holds one holds all weaker ones."""
        names = [level.level for level in self.levels]
        if len(names) > 1 and (None in names or len(set(names)) < len(names)):
            raise ValueError("of several levels each has a name of its own")
        numbers = [number for number, _, _ in self.versions]
        ends = [end for _, end, _ in self.versions]
        if numbers != sorted(set(numbers)) or ends != sorted(set(ends)):
            raise ValueError("versions are listed from the earliest, each ending before the next")
        sign = 1 if self.is_upward else -1
        for _, _, levels in self.versions:
            if [level.level for level in levels] != names:
                raise ValueError("every version has the same levels: a tag with others is another tag")
            if any(sign * enter < sign * leave for enter, leave in (level.bounds for level in levels)):
                raise ValueError("leave_at lies on the far side of enter_at: who enters would leave at once")
            for bounds in zip(*(level.bounds for level in levels), strict=True):
                if list(bounds) != sorted(bounds, reverse=self.is_upward):
                    raise ValueError("levels are listed from the strongest to the weakest")
        return self


class Pack(Part):
    """The tags of one domain."""

    description: str
    tags: dict[str, Tag]

    @model_validator(mode="after")
    def _ids_are_words(self) -> Self:
        for tag_id in self.tags:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", tag_id):
                raise ValueError(f"'{tag_id}' is no tag_id: use lower-case letters, digits and _")
        return self
