"""What conditions look at: fields, tags, scores and counts of events, each a column of the wide relation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dmp.segments.catalogue import Catalogue
from dmp.segments.rules import Rule
from dmp.segments.tree import (
    EventCondition,
    FieldCondition,
    Leaf,
    ScoreCondition,
    SegmentCondition,
    TagCondition,
    leaves,
)


@dataclass(frozen=True, order=True)
class Measure:
    """One column: a field, since when a tag holds, its days or score, a predicted score, or a count of events."""

    kind: str
    name: str
    items: tuple[tuple[str, str], ...] = ()
    within_days: int = 0


def measure_of(leaf: Leaf) -> Measure | None:
    """Return what a condition looks at first; None for another segment."""
    if isinstance(leaf, FieldCondition):
        return Measure("field", leaf.field)
    if isinstance(leaf, TagCondition):
        return Measure("tag", leaf.tag)
    if isinstance(leaf, ScoreCondition):
        return Measure("score", leaf.target)
    if isinstance(leaf, EventCondition):
        kind = "item_event" if leaf.items else "event"
        return Measure(kind, leaf.event, leaf.items, leaf.within_days or 0)
    return None


def tag_days(leaf: TagCondition) -> Measure:
    """Return for how many days the tag has held."""
    return Measure("tag_days", leaf.tag)


def tag_score(leaf: TagCondition) -> Measure:
    """Return how far past its bound the tag is today; past values of it are not kept."""
    return Measure("tag_score", leaf.tag)


def measures_of(leaves: Iterable[Leaf]) -> list[Measure]:
    """Return the columns that conditions need, in a fixed order."""
    found: set[Measure | None] = set()
    for leaf in leaves:
        found.add(measure_of(leaf))
        if isinstance(leaf, TagCondition):
            found |= {tag_days(leaf)} if leaf.held_days else set()
            found |= {tag_score(leaf)} if leaf.min_score else set()
    return sorted(measure for measure in found if measure)


def is_dated(measure: Measure, catalogue: Catalogue) -> bool:
    """Whether the tables tell what a measure was at a past cut, as known then."""
    if measure.kind == "field":
        return catalogue.fields[measure.name].history is not None
    return measure.kind in ("tag", "tag_days", "event", "item_event")


def column_names(measures: Sequence[Measure]) -> dict[Measure, str]:
    """Return the column of each measure in the wide relation."""
    return {measure: f"m{place}" for place, measure in enumerate(measures)}


def all_leaves(rule: Rule, rules: Mapping[str, Rule]) -> Iterator[Leaf]:
    """Yield every condition of every version of a rule and of the segments that it asks for."""
    for version in rule.versions:
        for leaf, _ in leaves(version.who):
            yield leaf
            if isinstance(leaf, SegmentCondition):
                yield from all_leaves(rules[leaf.segment], rules)


def measures_of_rules(some: Iterable[Rule], rules: Mapping[str, Rule]) -> list[Measure]:
    """Return the columns that some rules need."""
    return measures_of(leaf for rule in some for leaf in all_leaves(rule, rules))


def has_history(rule: Rule, rules: Mapping[str, Rule], catalogue: Catalogue) -> bool:
    """Whether the tables tell who would have been in a segment at past cuts."""
    return all(is_dated(measure, catalogue) for measure in measures_of_rules([rule], rules))
