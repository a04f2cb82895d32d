"""Replay equality and broken machines as rows of the table of facts: half an hour on two idle cores.

python -m benchmarks.proofs.breaking
"""

from __future__ import annotations

import os
from typing import Any

from benchmarks.breaking import failure_row
from benchmarks.proofs import machine
from benchmarks.proofs.damages import damage_many
from benchmarks.proofs.kills import kill_many
from benchmarks.proofs.readers import read_while_publishing
from benchmarks.proofs.replays import equal_orders

KILLS, DAMAGES, ORDERS, READS, PUBLISHES = 200, 150, 20, 1000, 50


def rows() -> list[dict[str, Any]]:
    """Return one row per promise: the count that was tried and the failures, of which the goal is none."""
    kills, damages = kill_many(KILLS), damage_many(DAMAGES)
    reads = [line.split(maxsplit=1) for line in read_while_publishing(READS, PUBLISHES).splitlines()]
    bad_reads = sum(int(count) for count, outcome in reads if outcome != "whole")
    return [
        failure_row("kills", f"failures in {kills.kills}", len(kills.failures)),
        failure_row("damaged files", f"failures in {damages.outcomes.total()}", len(damages.failures)),
        failure_row("reads", f"errors or mixed builds in {READS} during {PUBLISHES} publishes", bad_reads),
        failure_row("orders of processing", f"differing of {ORDERS}", ORDERS - equal_orders(range(ORDERS))),
        # Only root may mount.
        *(machine.rows() if os.geteuid() == 0 else ()),
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
