"""What every gate found in every run, red ones too: `<home>/gates.csv`. A build is only made where all are met."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

from dmp.owned_record import add_line, now
from dmp.quality import ExpectationResult
from dmp.settings import Home

COLUMNS = ("run_id", "at", "table_name", "expectation_count", "unmet_count", "unmet")
RUNS_SHOWN = 30


def note_gate(home: Home, run_id: str, table: str, results: Sequence[ExpectationResult]) -> None:
    """Add a line: when a gate of a run looked at a table, and which expectations were not met; counts, no values."""
    unmet = [f"{result.expectation}({result.column_name or ''})" for result in results if not result.is_met]
    add_line(home.gate_record, COLUMNS, (run_id, now(), table, len(results), len(unmet), "; ".join(unmet)))


def read_gates(home: Home, runs: int = RUNS_SHOWN) -> list[dict[str, Any]]:
    """Return what gates found in the last runs, the oldest first.

    Keys: run_at (when the run's first gate looked, in UTC), table_name, expectation_count, unmet_count, unmet. A line
    that a killed run left unfinished is none.
    """
    if not home.gate_record.exists():
        return []
    with home.gate_record.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if None not in line.values() and None not in line]
    begun: dict[str, str] = {}
    for line in lines:
        begun.setdefault(line["run_id"], line["at"])
    last = set(list(begun)[-runs:])
    return [
        {
            "run_at": begun[line["run_id"]],
            "table_name": line["table_name"],
            "expectation_count": int(line["expectation_count"]),
            "unmet_count": int(line["unmet_count"]),
            "unmet": line["unmet"],
        }
        for line in lines
        if line["run_id"] in last
    ]
