"""Opened portraits: a page's address holds a meaningless number, never a person's id."""

from __future__ import annotations

import secrets
from collections import OrderedDict

MOST_CASES = 1000


class Cases:
    """The person behind each number that this process gave out, the newest thousand."""

    def __init__(self) -> None:
        self._people: OrderedDict[str, str] = OrderedDict()

    def open(self, user_id: str) -> str:
        """Return a new number for a person."""
        number = secrets.token_urlsafe(12)
        self._people[number] = user_id
        while len(self._people) > MOST_CASES:
            self._people.popitem(last=False)
        return number

    def person(self, number: str) -> str | None:
        """Return the user_id behind a number, None where there is none (any more)."""
        return self._people.get(number)
