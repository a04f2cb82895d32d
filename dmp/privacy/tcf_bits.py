"""The bits of one segment of a consent string, read from the first to the last."""

from __future__ import annotations


class TcfError(ValueError):
    """Why a text is no consent string of version 2.3."""


class Bits:
    """A reader that knows its place. Every method raises TcfError where the segment is cut short."""

    def __init__(self, value: int, length: int) -> None:
        """Read the `length` bits of a number, the highest first."""
        self._value, self._left = value, length

    def number(self, width: int) -> int:
        """Return the next `width` bits as a number."""
        if width > self._left:
            raise TcfError("a segment is cut short")
        self._left -= width
        found = self._value >> self._left
        self._value &= (1 << self._left) - 1
        return found

    def letters(self) -> str:
        """Return two letters of six bits each, A is 0."""
        pair = self.number(6), self.number(6)
        if max(pair) > 25:
            raise TcfError("a language or country is no pair of letters")
        return "".join(chr(ord("A") + letter) for letter in pair)

    def positions(self, width: int) -> frozenset[int]:
        """Return which of the next `width` bits are set, counted from 1."""
        field = self.number(width)
        return frozenset(place for place in range(1, width + 1) if field >> (width - place) & 1)

    def vendors(self) -> frozenset[int]:
        """Return a set of vendors, written as one bit each or as ranges."""
        largest, is_ranges = self.number(16), self.number(1)
        vendors = self.ranges() if is_ranges else self.positions(largest)
        if vendors and max(vendors) > largest:
            raise TcfError(f"vendor {max(vendors)} is above the largest, {largest}")
        return vendors

    def ranges(self) -> frozenset[int]:
        """Return vendors written as single numbers and as ranges, first and last included."""
        vendors: set[int] = set()
        for _ in range(self.number(12)):
            is_range, first = self.number(1), self.number(16)
            last = self.number(16) if is_range else first
            if not 1 <= first <= last:
                raise TcfError(f"{first} to {last} is no range of vendors")
            vendors.update(range(first, last + 1))
        return frozenset(vendors)

    def end(self) -> None:
        """Nothing but padding may follow: fewer than 24 bits, all zero."""
        if self._left >= 24 or self._value:
            raise TcfError("something follows the end of a segment")
