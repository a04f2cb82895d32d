"""Logs that know in which order somebody did things, and no time: what a contract declares in place of dates."""

from __future__ import annotations

import datetime

from pydantic import Field

from dmp.landing.field_contract import Name, Part


class OrderOnly(Part):
    """The last record of every sequence is of `last_date`, the one before it of the day before, and so on.

    Counted from the end, one day parts everybody's last record from all that came before it.
    """

    last_date: datetime.date = Field(description="declared, no fact: nothing that is about time reads it")
    within: tuple[Name, ...] = Field(min_length=1, description="fields that together name a sequence")
    day_before: dict[Name, tuple[str, ...]] = Field(
        {},
        description="with these values of a field it ends a day earlier: sequences given whole to learn from",
    )

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields that it reads, each once."""
        return tuple(dict.fromkeys((*self.within, *self.day_before)))
