"""Reading one condition of a rule, with its place in the file; whether its names exist is checked elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from dmp.segments.tree import (
    OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    EventCondition,
    FieldCondition,
    Not,
    ScoreCondition,
    SegmentCondition,
    TagCondition,
    Value,
)
from dmp.settings import SettingsError

# Deeper than any question that a person can read.
DEEPEST = 12
ITEM_KEYS = ("item_id", "category", "category_top", "brand")
# Whole numbers up to here are the same in every number type of SQL.
LARGEST_NUMBER = 2**53


class RuleError(SettingsError):
    """A rule that is not run; the message names its file and place."""


@dataclass(frozen=True)
class Where:
    """A place in a rule's file."""

    file: str
    place: str
    depth: int = 0

    def at(self, name: str) -> Where:
        """Return the place below a key."""
        return Where(self.file, f"{self.place}.{name}" if self.place else name, self.depth)

    def item(self, number: int) -> Where:
        """Return the place of an entry of a list, counted from 1."""
        return Where(self.file, f"{self.place}[{number + 1}]", self.depth)

    def deeper(self) -> Where:
        """Return the place as one level further down."""
        if self.depth == DEEPEST:
            raise self.refusal(f"conditions lie more than {DEEPEST} levels deep")
        return Where(self.file, self.place, self.depth + 1)

    def refusal(self, said: str) -> RuleError:
        """Return the sentence."""
        return RuleError(f"{self.file}: {self.place}: {said}" if self.place else f"{self.file}: {said}")

    def mapping(self, node: Any, known: Sequence[str], needed: Sequence[str] = ()) -> dict[str, Any]:
        """Return a mapping of known keys, among them all that are needed."""
        if not isinstance(node, dict):
            raise self.refusal(f"{_shown(node)} is no mapping of {', '.join(known)}")
        for name in node:
            if name not in known:
                raise self.refusal(f"{_shown(name)} is none of {', '.join(known)}")
        for name in needed:
            if name not in node:
                raise self.refusal(f"{name} is missing")
        return node

    def sequence(self, node: Any) -> list[Any]:
        """Return a list."""
        if not isinstance(node, list):
            raise self.refusal(f"{_shown(node)} is no list")
        return node

    def text(self, node: Any) -> str:
        """Return a text that is not empty."""
        if not isinstance(node, str) or not node.strip():
            raise self.refusal(f"{_shown(node)} is no text")
        return node

    def whole(self, node: Any) -> int:
        """Return a whole number from 1 up."""
        if not isinstance(node, int) or isinstance(node, bool) or not 1 <= node <= LARGEST_NUMBER:
            raise self.refusal(f"{_shown(node)} is no whole number from 1 up")
        return node

    def value(self, node: Any) -> Value:
        """Return what a field may be compared with."""
        if isinstance(node, bool | str) or type(node) is date:
            return node
        if isinstance(node, int | float) and isfinite(node) and abs(node) <= LARGEST_NUMBER:
            return node
        raise self.refusal(f"{_shown(node)} is no text, number, day, true or false")


def parse_condition(where: Where, node: Any) -> Condition:
    """Return the condition that a node of the file says. Raises RuleError naming the place."""
    kinds = [name for name in PARSERS if isinstance(node, dict) and name in node]
    if len(kinds) != 1:
        raise where.refusal(f"{_shown(node)} is no condition: it needs exactly one of {', '.join(PARSERS)}")
    return PARSERS[kinds[0]](where.deeper(), node)


def _parts(where: Where, node: dict[str, Any], name: str) -> tuple[Condition, ...]:
    below = where.at(name)
    entries = below.sequence(where.mapping(node, (name,))[name])
    if not entries:
        raise below.refusal("the list is empty")
    return tuple(parse_condition(below.item(number), entry) for number, entry in enumerate(entries))


def _field(where: Where, node: dict[str, Any]) -> FieldCondition:
    where.mapping(node, ("field", *OPERATORS))
    return FieldCondition(where.place, where.at("field").text(node["field"]), _comparison(where, node))


def _tag(where: Where, node: dict[str, Any]) -> TagCondition:
    where.mapping(node, ("tag", "min_score", "held_days"))
    score = node.get("min_score", 0)
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        raise where.at("min_score").refusal(f"{_shown(score)} is no number from 0 to 1")
    days = where.at("held_days").whole(node["held_days"]) if "held_days" in node else 0
    return TagCondition(where.place, where.at("tag").text(node["tag"]), score, days)


def _score(where: Where, node: dict[str, Any]) -> ScoreCondition:
    where.mapping(node, ("score", *OPERATORS))
    return ScoreCondition(where.place, where.at("score").text(node["score"]), _comparison(where, node))


def _event(where: Where, node: dict[str, Any]) -> EventCondition:
    where.mapping(node, ("event", *ITEM_KEYS, "within_days", *OPERATORS))
    items = tuple((name, where.at(name).text(node[name])) for name in ITEM_KEYS if name in node)
    days = where.at("within_days").whole(node["within_days"]) if "within_days" in node else None
    is_counted = any(name in node for name in OPERATORS)
    comparison = _comparison(where, node) if is_counted else Comparison("at_least", (1,))
    return EventCondition(where.place, where.at("event").text(node["event"]), items, days, comparison)


def _segment(where: Where, node: dict[str, Any]) -> SegmentCondition:
    where.mapping(node, ("segment",))
    return SegmentCondition(where.place, where.at("segment").text(node["segment"]))


def _comparison(where: Where, node: dict[str, Any]) -> Comparison:
    found = [name for name in OPERATORS if name in node]
    if len(found) != 1:
        raise where.refusal(f"it needs exactly one of {', '.join(OPERATORS)}")
    (operator,) = found
    below = where.at(operator)
    if operator not in ("one_of", "none_of", "between"):
        return Comparison(operator, (below.value(node[operator]),))
    entries = below.sequence(node[operator])
    if not entries or (operator == "between" and len(entries) != 2):
        raise below.refusal("it needs two values" if operator == "between" else "the list is empty")
    return Comparison(operator, tuple(below.item(place).value(entry) for place, entry in enumerate(entries)))


PARSERS: dict[str, Callable[[Where, dict[str, Any]], Condition]] = {
    "all": lambda where, node: AllOf(_parts(where, node, "all")),
    "any": lambda where, node: AnyOf(_parts(where, node, "any")),
    "not": lambda where, node: Not(parse_condition(where.at("not"), where.mapping(node, ("not",))["not"])),
    "field": _field,
    "tag": _tag,
    "score": _score,
    "event": _event,
    "segment": _segment,
}


def _shown(node: Any) -> str:
    """Return a value as a sentence can carry it."""
    text = " ".join(str(node).split())
    return f"'{text}'" if len(text) <= 60 else f"'{text[:57]}...'"
