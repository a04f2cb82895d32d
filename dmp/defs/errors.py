"""What Dagster's errors and failed checks say to people."""

from __future__ import annotations

import dagster as dg
from dagster._utils.error import SerializableErrorInfo


def innermost(error: SerializableErrorInfo | None) -> str:
    """Return what was said where it went wrong, without the frames that it passed on its way."""
    while error and error.cause:
        error = error.cause
    return error.message.strip() if error else "the run ended without saying why"


def unmet(gate: dg.AssetCheckEvaluation) -> str:
    """Return which expectations were not met, or what else a failed gate noted."""
    noted = {name: value.value for name, value in gate.metadata.items()}
    for name in ("failed", "first"):
        if noted.get(name):
            return str(noted[name])
    return ", ".join(f"{name} {value}" for name, value in noted.items()) or "it did not hold"
