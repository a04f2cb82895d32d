"""The record of who was looked at and what was taken out: a JSON line each in `<home>/lookups.jsonl`, for its owner."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from threading import Lock

from dmp.settings import Home


class Lookups:
    """Lines are only ever added; they hold published ids, never a source's own."""

    def __init__(self, home: Home) -> None:
        self.path = home.root / "lookups.jsonl"
        self._lock = Lock()

    def add(self, action: str, **what: object) -> None:
        """Write down an action (`portrait`, `why`, `question`, `download`) and what it was about."""
        line = json.dumps({"at": datetime.now(UTC).isoformat(), "action": action, **what}, ensure_ascii=False)
        with self._lock:
            place = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(place, "a", encoding="utf-8") as file:
                file.write(line + "\n")
