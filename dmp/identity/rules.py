"""The rules against mega-persons, as rows of the seed `identity_rules`; what they are applied to is elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

PERSON = "person"


@dataclass(frozen=True)
class Rule:
    """How many identifiers of a type one identifier may be linked with before it joins nobody.

    identifier_type: what is limited; `person` limits the identifiers of one person. linked_type: what is counted, by
    type or by a rule that it broke; empty counts all.
    """

    rule: str
    identifier_type: str
    linked_type: str
    maximum: int


@dataclass(frozen=True)
class Hit:
    """One rule that an identifier broke, with the number that broke it."""

    identifier: int
    rule: str
    value: int


class Rules:
    """All rules, ready to be asked."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        ordered = sorted(rules, key=lambda rule: rule.rule)
        self._of_type: dict[str, list[Rule]] = {}
        for rule in ordered:
            self._of_type.setdefault(rule.identifier_type, []).append(rule)
        self.of_person = min(self._of_type.get(PERSON, []), key=lambda rule: rule.maximum, default=None)

    def hits(
        self,
        identifier: int,
        linked: Collection[int],
        types: Mapping[int, str],
        broken: Collection[tuple[int, str]],
    ) -> Iterator[Hit]:
        """Yield what an identifier breaks by being linked with others, of which some broke rules themselves."""
        for rule in self._of_type.get(types[identifier], ()):
            if len(linked) > rule.maximum:
                value = sum(
                    rule.linked_type in ("", types[other]) or (other, rule.linked_type) in broken
                    for other in linked
                )
                if value > rule.maximum:
                    yield Hit(identifier, rule.rule, value)
