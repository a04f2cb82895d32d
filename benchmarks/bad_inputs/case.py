"""One bad file of a small shop, and what is expected of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dmp.landing.accounts import FileAccount

Rejects = list[tuple[int, str | None, str]]


def event(**changes: Any) -> dict[str, Any]:
    """Return a good event; `changes` replace or add fields, ... removes one."""
    record = {
        "event_id": "e1",
        "event_type": "view",
        "occurred_at": "2024-03-01T10:00:00.250Z",
        "anonymous_id": "a1",
        "user_id": None,
        "item_id": "i1",
    }
    return {name: value for name, value in {**record, **changes}.items() if value is not ...}


def line(**changes: Any) -> bytes:
    """Return a good event as a line without its end."""
    return json.dumps(event(**changes), separators=(",", ":")).encode()


def lines(count: int, first: int = 1) -> bytes:
    """Return good events with different ids."""
    return b"".join(line(event_id=f"e{number}") + b"\n" for number in range(first, first + count))


@dataclass(frozen=True)
class Case:
    """A file by its name and content; the lines of it by kind, those accepted, those rejected and why.

    `refusal`: part of the sentence with which the file is refused whole. The title of a known kind begins with its
    number in the catalogue of bad inputs (docs/bad-inputs.md).
    """

    title: str
    name: str
    content: bytes
    physical: int = 0
    accepted: int = 0
    rejects: Rejects | None = None
    header: int = 0
    continuation: int = 0
    blank: int = 0
    refusal: str | None = None

    @property
    def fate(self) -> str:
        """What is expected, in words."""
        if self.refusal:
            return f"refused: {self.refusal}"
        rejects = [f"line {number} {reason}" for number, _, reason in self.rejects or []]
        return f"{self.accepted} of {self.physical} lines accepted" + "".join(f", {said}" for said in rejects)

    def own_content(self, number: int) -> bytes:
        """Return the content with ids that no other case has."""
        if self.name.endswith(".jsonl"):
            return self.content.replace(b'"event_id":"e', b'"event_id":"%d-' % number)
        if self.name.endswith(".csv"):
            return re.sub(rb"\bi(\d)\b", rb"i%d_\1" % number, self.content)
        return self.content

    def became(self, account: FileAccount, rejects: Rejects) -> str:
        """Return what became of the file, in the words of `fate`."""
        if account.is_refused:
            is_expected = self.refusal and self.refusal in (account.refusal_reason or "")
            return self.fate if is_expected else f"refused: {account.refusal_reason}"
        found = Case(
            self.title, self.name, b"", account.physical_line_count, account.accepted_count, rejects,
            account.header_line_count, account.continuation_line_count, account.blank_line_count,
        )  # fmt: skip
        is_expected = (found.header, found.continuation, found.blank, found.rejects) == (
            self.header,
            self.continuation,
            self.blank,
            self.rejects or [],
        )
        return found.fate if is_expected or found.fate != self.fate else f"{found.fate}, but {found}"
