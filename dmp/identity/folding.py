"""The map of people as a fold over landed days: what was known before and what a day adds give what is known then.

Only what a day touches is worked out again: identifiers with a new link or a decision, and all that links lead to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from dmp.identity.components import Identifier, Link, Place, components, name, strength
from dmp.identity.decisions import Decisions, Pairs
from dmp.identity.rules import Hit, Rules

# What only joins others is nobody's name and not looked up.
EVIDENCE_ONLY = ("order",)


@dataclass
class Day:
    """What one landed day tells for the first time."""

    identifiers: list[Identifier] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """From a landed day on, an identifier belongs to this person."""

    identifier: int
    user: int
    known_from: date


class Known:
    """All that is known of some identifiers and their links, and whose they are."""

    def __init__(self, rules: Rules, decisions: Decisions, users: Mapping[int, int] | None = None) -> None:
        self.rules = rules
        self.decisions = decisions
        self.users: dict[int, int] = dict(users or {})
        self.identifiers: dict[int, Identifier] = {}
        self.types: dict[int, str] = {}
        self.linked: dict[int, dict[int, Place]] = {}
        self.quarantined: set[int] = set()
        self._hits: set[tuple[int, str]] = set()
        self._together: Pairs = frozenset()
        self._apart: Pairs = frozenset()

    def begin(self, before: Day, last: date, hits: Iterable[tuple[int, str]]) -> None:
        """Go to the end of a landed day: what had been told, hit and decided by then."""
        self.learn(before)
        self._hits = set(hits)
        limit = self.rules.of_person.rule if self.rules.of_person else None
        self.quarantined = {identifier for identifier, rule in self._hits if rule != limit}
        self.decide(last)

    def learn(self, day: Day) -> set[int]:
        """Take in what a day tells, without drawing conclusions; return the identifiers that it names."""
        for identifier in day.identifiers:
            self.identifiers[identifier.key] = identifier
            self.types[identifier.key] = identifier.type
            self.linked.setdefault(identifier.key, {})
        for link in day.links:
            place = strength(link, self.types)
            self.linked[link.one][link.other] = place
            self.linked[link.other][link.one] = place
        ends = {end for link in day.links for end in (link.one, link.other)}
        return ends | {identifier.key for identifier in day.identifiers}

    def quarantine(self, identifiers: Iterable[int]) -> list[Hit]:
        """Quarantine those of some identifiers, and of what lies beside them, that break a rule; return what is new."""
        found: list[Hit] = []
        waiting = set(identifiers)
        while waiting:
            hits = [
                hit
                for identifier in sorted(waiting - self.quarantined)
                for hit in self.rules.hits(identifier, self.linked[identifier], self.types, self._hits)
            ]
            self.quarantined.update(hit.identifier for hit in hits)
            found += self._new(hits)
            # What is used on something shared may be shared by that.
            waiting = {other for hit in hits for other in self.linked[hit.identifier]}
        return found

    def _new(self, hits: Iterable[Hit]) -> list[Hit]:
        fresh = [hit for hit in hits if (hit.identifier, hit.rule) not in self._hits]
        self._hits.update((hit.identifier, hit.rule) for hit in fresh)
        return fresh

    def decide(self, day: date) -> set[int]:
        """Follow the decisions in force on a day; return the identifiers whose decisions changed."""
        together, apart = self.decisions.in_force(day)
        changed = (together ^ self._together) | (apart ^ self._apart)
        self._together, self._apart = together, apart
        return {end for pair in changed for end in pair if end in self.identifiers}

    def reached(self, touched: Iterable[int], closed: set[int]) -> set[int]:
        """Return what links and decisions lead to from some identifiers, going through none of `closed`."""
        beside = self._beside()
        found = {identifier for identifier in touched if identifier not in closed or identifier in beside}
        waiting = list(found)
        while waiting:
            identifier = waiting.pop()
            nearby = set(beside.get(identifier, ()))
            if identifier not in closed:
                nearby.update(self.linked[identifier])
            for other in nearby - found:
                found.add(other)
                waiting.append(other)
        return found

    def _beside(self) -> dict[int, set[int]]:
        sides: dict[int, set[int]] = {}
        for one, other in self._together:
            if one in self.identifiers and other in self.identifiers:
                sides.setdefault(one, set()).add(other)
                sides.setdefault(other, set()).add(one)
        return sides

    def people(self, identifiers: set[int]) -> tuple[dict[int, int], list[Hit]]:
        """Return whose each of some identifiers is, and the rule hits of people that grew too large."""
        usable = sorted(
            place
            for one in identifiers - self.quarantined
            for other, place in self.linked[one].items()
            if place[-2] == one and other not in self.quarantined
        )
        most = self.rules.of_person
        groups, refused = components(
            sorted(identifiers),
            [place[-2:] for place in usable],
            together=sorted(pair for pair in self._together if identifiers.issuperset(pair)),
            apart=self._kept_apart(identifiers),
            most=most.maximum if most else None,
        )
        named = [(name(members, self.identifiers), members) for members in groups]
        hits = [Hit(other, most.rule, size) for other, size in sorted(refused.items())] if most else []
        users = {
            member: user
            for user, members in named
            if user is not None
            for member in members
            if self.types[member] not in EVIDENCE_ONLY
        }
        return users, self._new(hits)

    def _kept_apart(self, identifiers: set[int]) -> dict[int, set[int]]:
        sides: dict[int, set[int]] = {}
        for one, other in self._apart:
            if one in identifiers and other in identifiers:
                sides.setdefault(one, set()).add(other)
                sides.setdefault(other, set()).add(one)
        return sides


def fold(
    known: Known, days: Mapping[date, Day], first: date = date.min
) -> tuple[list[Change], list[tuple[date, Hit]]]:
    """Take in the days from `first` on, in order; return what changes hands and the rules newly broken, by day."""
    changes: list[Change] = []
    hits: list[tuple[date, Hit]] = []
    for today in sorted(day for day in {*days, *known.decisions.days} if day >= first):
        closed = set(known.quarantined)
        touched = known.learn(days.get(today, Day()))
        found = known.quarantine(touched)
        touched |= known.decide(today)
        identifiers = known.reached(touched | {hit.identifier for hit in found}, closed)
        users, too_many = known.people(identifiers)
        for identifier in sorted(users):
            if known.users.get(identifier) != users[identifier]:
                known.users[identifier] = users[identifier]
                changes.append(Change(identifier, users[identifier], today))
        hits += [(today, hit) for hit in (*found, *too_many)]
    return changes, hits
