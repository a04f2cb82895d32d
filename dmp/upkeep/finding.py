"""What a look at a home or its machine found: one thing, how it stands, what that means, what to type next."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Literal

from dmp.settings import Home

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `next` is a command, or None where nothing needs doing."""

    subject: str
    state: State
    says: str
    next: str | None = None


def ok(subject: str, says: str) -> Finding:
    """Return what is as it should be."""
    return Finding(subject, "ok", says)


def warning(subject: str, says: str, next_: str | None = None) -> Finding:
    """Return what works today and may not tomorrow, or is not what its owner may think."""
    return Finding(subject, "warning", says, next_)


def problem(subject: str, says: str, next_: str | None = None) -> Finding:
    """Return what keeps the next run from being right."""
    return Finding(subject, "problem", says, next_)


def command(home: Home, *words: str) -> str:
    """Return a command about this home as a person types it."""
    return shlex.join(["dmp", *words, "--home", str(home.root)])


def size(byte_count: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("bytes", "KB", "MB"):
        if byte_count < 1000:
            return f"{byte_count:.0f} {unit}"
        byte_count /= 1000
    return f"{byte_count:.1f} GB"
