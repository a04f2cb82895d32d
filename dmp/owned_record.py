"""A record for the owner of a home alone: a CSV file to which lines are only ever added."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path


def now() -> str:
    """Return the moment as records say it: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def add_line(path: Path, columns: Sequence[str], values: Sequence[object]) -> None:
    """Add a line; the first one brings the names of the columns, and the file can be read by its owner alone."""
    place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(place, "a", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        if not file.tell():
            lines.writerow(columns)
        lines.writerow(values)
