"""The record of who was looked at and what was taken out of the pages: `<home>/exports/lookups.csv`, for its owner.

It lies among the exports, so that an erasure takes a person's lines out of it as out of them.
"""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from threading import Lock

from dmp.settings import Home

COLUMNS = ("at", "action", "user_id", "what", "who")


class Lookups:
    """Lines are only ever added; they hold published ids, never a source's own, and no text of a question."""

    def __init__(self, home: Home) -> None:
        self.path = home.exports / "lookups.csv"
        self._lock = Lock()

    def add(self, action: str, user_id: str = "", what: str = "", who: str = "") -> None:
        """Write down an action: `portrait` or `why` of a person, `question` or `download` of tables, `export` of a
        segment, a saved `rule`, `login`, `login refused`, `logout`. who: the account, none where nobody has one.
        """
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            place = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(place, "a", encoding="utf-8", newline="") as file:
                lines = csv.writer(file, lineterminator="\n")
                if not file.tell():
                    lines.writerow(COLUMNS)
                lines.writerow((datetime.now(UTC).isoformat(timespec="seconds"), action, user_id, what, who))
