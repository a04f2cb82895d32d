"""What Dagster's errors say to people."""

from __future__ import annotations

from dagster._utils.error import SerializableErrorInfo


def innermost(error: SerializableErrorInfo | None) -> str:
    """Return what was said where it went wrong, without the frames that it passed on its way."""
    while error and error.cause:
        error = error.cause
    return error.message.strip() if error else "the run ended without saying why"
