"""The record of exports: one line for each, in `<home>/exports/exports.jsonl`; it names nobody."""

from __future__ import annotations

import json
import os
from typing import Any

from dmp.settings import DmpError, Home


def keep_record(home: Home, record: dict[str, Any]) -> None:
    """Add a record; a line is whole or, after a crash, the last one and left out by readers."""
    with os.fdopen(os.open(home.export_record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")


def read_records(home: Home) -> list[dict[str, Any]]:
    """Return every record, oldest first. Raises DmpError where a line before the last is no record."""
    if not home.export_record.exists():
        return []
    lines = home.export_record.read_text(encoding="utf-8").split("\n")
    records = []
    for number, line in enumerate(lines, start=1):
        try:
            records += [json.loads(line)] if line else []
        except ValueError as error:
            if number < len(lines):
                raise DmpError(f"{home.export_record}: line {number} is damaged: restore it") from error
    return records
