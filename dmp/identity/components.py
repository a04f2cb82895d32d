"""Which identifiers are one person: connected components, grown link by link, the strongest link first.

Kruskal's order (Kruskal, Proceedings of the AMS 7, 1956), so that the answer depends on the links alone, never on
the order in which they are given: a link that would break a limit is left out, the stronger ones stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

# Evidence from the left joins before evidence from the right: a link is as strong as its weaker end.
STRENGTH = ("login", "household", "email", "phone", "order", "anonymous", "device")
# A person is named by what people call themselves or browse as; a device or an address names one only where
# there is nothing better, and where there is no device either, there is no person.
NAMING = ("login", "household", "anonymous")
NAMING_ELSE = ("device",)
Place = tuple[int, date, int, int, int]


@dataclass(frozen=True)
class Identifier:
    """One identifier: its type, the landed day it is known from, and its first event on that day
    (microseconds since 1970, UTC).
    """

    key: int
    type: str
    first_landed_date: date
    first_microsecond: int

    @property
    def age(self) -> tuple[date, int, int]:
        """What the oldest identifier of a person is found by."""
        return self.first_landed_date, self.first_microsecond, self.key


@dataclass(frozen=True)
class Link:
    """Two identifiers that were seen together, first on this landed day."""

    one: int
    other: int
    first_landed_date: date
    first_microsecond: int


def strength(link: Link, types: Mapping[int, str]) -> Place:
    """Return what links are ordered by: the weaker type, then what was known first, then the keys."""
    weaker = max(STRENGTH.index(types[link.one]), STRENGTH.index(types[link.other]))
    low, high = sorted((link.one, link.other))
    return weaker, link.first_landed_date, link.first_microsecond, low, high


@dataclass
class Groups:
    """Disjoint sets of identifiers that only grow; `apart` are pairs that never come into one set."""

    apart: Mapping[int, Collection[int]] = field(default_factory=dict)
    _members: dict[int, list[int]] = field(default_factory=dict)

    def members(self, identifier: int) -> list[int]:
        """Return everyone in an identifier's set, itself included."""
        return self._members.setdefault(identifier, [identifier])

    def joined_size(self, one: int, other: int) -> int:
        """Return the size of the set that joining two would make; 0 where they are in one already."""
        left, right = self.members(one), self.members(other)
        return 0 if left is right else len(left) + len(right)

    def may_join(self, one: int, other: int) -> bool:
        """Whether no pair that is kept apart would come together."""
        if not self.apart:
            return True
        right = set(self.members(other))
        return not any(right & set(self.apart.get(member, ())) for member in self.members(one))

    def join(self, one: int, other: int) -> None:
        """Make two sets one."""
        small, large = sorted((self.members(one), self.members(other)), key=len)
        large.extend(small)
        for member in small:
            self._members[member] = large

    def __iter__(self) -> Iterator[list[int]]:
        """Yield each set once."""
        return iter({id(members): members for members in self._members.values()}.values())


def components(
    identifiers: Iterable[int],
    links: Iterable[tuple[int, int]],
    *,
    together: Iterable[tuple[int, int]] = (),
    apart: Mapping[int, Collection[int]] | None = None,
    most: int | None = None,
) -> tuple[list[list[int]], dict[int, int]]:
    """Return sets of identifiers that are one person, and what was left out because it would be too many.

    links: strongest first. together: pairs joined by decision, before any link and whatever the size. apart: for
    an identifier, those it is never joined with. most: identifiers that links may join. The second result is the
    size that a refused link would have made, by the link's second identifier.
    """
    groups = Groups(apart or {})
    for identifier in identifiers:
        groups.members(identifier)
    for one, other in together:
        if groups.joined_size(one, other) and groups.may_join(one, other):
            groups.join(one, other)
    refused: dict[int, int] = {}
    for one, other in links:
        size = groups.joined_size(one, other)
        if not size:
            continue
        if most and size > most:
            refused.setdefault(other, size)
        elif groups.may_join(one, other):
            groups.join(one, other)
    return list(groups), refused


def name(members: Iterable[int], identifiers: Mapping[int, Identifier]) -> int | None:
    """Return the key that a person goes by: that of their oldest identifier; None where they are nobody."""
    found = [identifiers[member] for member in members]
    for types in (NAMING, NAMING_ELSE):
        ages = [identifier.age for identifier in found if identifier.type in types]
        if ages:
            return min(ages)[-1]
    return None
