"""JSON files that carry a checksum of their own: what was damaged is noticed, what was cut short is never there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dmp.settings import DmpError

CHECKSUM = "checksum"


class DamagedFileError(DmpError):
    """The file is not what was written; the message names it."""


def write_checked(path: Path, value: Mapping[str, Any]) -> None:
    """Write `value` beside a checksum of it: whole, or not at all. Several processes may write at once."""
    text = json.dumps({**value, CHECKSUM: _checksum(value)}, indent=1)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_checked(path: Path) -> dict[str, Any] | None:
    """Return what was written, None where there is no file. Raises DamagedFileError."""
    try:
        value = json.loads(path.read_bytes())
        found = value.pop(CHECKSUM)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise DamagedFileError(f"{path} is damaged: `dmp run` makes it anew") from error
    if found != _checksum(value):
        raise DamagedFileError(f"{path} is damaged: `dmp run` makes it anew")
    return value


def _checksum(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
