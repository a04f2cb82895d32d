"""The record of who was looked at and what was taken out of the pages: `<home>/exports/lookups.csv`, for its owner.

It lies among the exports, so that an erasure takes a person's lines out of it as out of them.
"""

from __future__ import annotations

from threading import Lock

from dmp.owned_record import add_line, now
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
            add_line(self.path, COLUMNS, (now(), action, user_id, what, who))
