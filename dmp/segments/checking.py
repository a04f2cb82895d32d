"""Whether what rules name is there and fits: fields, types, tags, targets, events and other segments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter

from dmp.segments.catalogue import Catalogue
from dmp.segments.conditions import RuleError
from dmp.segments.rules import Rule
from dmp.segments.tree import (
    ORDERED,
    Comparison,
    EventCondition,
    FieldCondition,
    Leaf,
    ScoreCondition,
    SegmentCondition,
    TagCondition,
    Value,
    leaves,
)

# The types that a value may have beside a column of a kind.
TYPES: dict[str, tuple[type, ...]] = {
    "number": (int, float),
    "text": (str,),
    "flag": (bool,),
    "day": (date,),
    "list": (str,),
}
OPERATORS_OF_KIND = {
    "number": ("is", "is_not", "one_of", "none_of", *ORDERED),
    "text": ("is", "is_not", "one_of", "none_of"),
    "flag": ("is",),
    "day": ("is", *ORDERED),
    "list": ("contains",),
}


def check_rules(rules: Mapping[str, Rule], catalogue: Catalogue) -> None:
    """Raise RuleError where a rule names what is not there, compares what does not compare, or leads back to itself."""
    for rule in rules.values():
        if said := _unknown("purpose", rule.purpose, catalogue.purposes):
            raise _refused(rule, "purpose", said)
        for version in rule.versions:
            for leaf, _ in leaves(version.who):
                if said := _problem(leaf, catalogue, rules):
                    raise _refused(rule, leaf.place, said)
    _refuse_cycles(rules)


def _refused(rule: Rule, place: str, said: str) -> RuleError:
    return RuleError(f"{rule.file}: {place}: {said}")


def _problem(leaf: Leaf, catalogue: Catalogue, rules: Mapping[str, Rule]) -> str | None:
    """Return what is wrong with a condition, None where nothing is."""
    if isinstance(leaf, TagCondition):
        return _unknown("tag", leaf.tag, catalogue.tags)
    if isinstance(leaf, SegmentCondition):
        return _unknown("segment by rule", leaf.segment, rules)
    if isinstance(leaf, ScoreCondition):
        return _unknown("score", leaf.target, catalogue.targets) or _misfit("number", leaf.comparison)
    if isinstance(leaf, EventCondition):
        events = catalogue.item_events if leaf.items else catalogue.events
        return _unknown("event", leaf.event, events) or _misfit("number", leaf.comparison)
    if said := _unknown("field of a person", leaf.field, catalogue.fields):
        return said
    return _misfit(catalogue.fields[leaf.field].kind, leaf.comparison, leaf)


def _unknown(what: str, name: str, known: Collection[str]) -> str | None:
    if name in known:
        return None
    near = get_close_matches(name, known, 1)
    return f"'{name[:60]}' is no {what}" + (f"; did you mean {near[0]}?" if near else "")


def _misfit(kind: str, comparison: Comparison, leaf: FieldCondition | None = None) -> str | None:
    """Return why an operator or a value does not fit a column of a kind."""
    name = leaf.field if leaf else "it"
    if comparison.operator == "is_known":
        return None if isinstance(comparison.values[0], bool) else "is_known needs true or false"
    if comparison.operator not in OPERATORS_OF_KIND[kind]:
        return (
            f"{name} is a {kind}, which takes {', '.join(OPERATORS_OF_KIND[kind])}, not {comparison.operator}"
        )
    for value in comparison.values:
        if not _fits(kind, value):
            return f"{name} is a {kind}, and '{str(value)[:60]}' is none"
    if comparison.operator == "between" and comparison.values[0] > comparison.values[1]:  # type: ignore[operator]
        return f"between {comparison.values[0]} and {comparison.values[1]} lies nothing"
    return None


def _fits(kind: str, value: Value) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "flag" or not isinstance(value, bool))


def _refuse_cycles(rules: Mapping[str, Rule]) -> None:
    graph = {
        name: {
            leaf.segment
            for version in rule.versions
            for leaf, _ in leaves(version.who)
            if isinstance(leaf, SegmentCondition)
        }
        for name, rule in rules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        rule = rules[circle[0]]
        place = next(
            leaf.place
            for version in rule.versions
            for leaf, _ in leaves(version.who)
            if isinstance(leaf, SegmentCondition) and leaf.segment == circle[1]
        )
        raise _refused(rule, place, f"a segment cannot ask for itself: {' -> '.join(circle)}") from error
