"""Accounting, shown with numbers: corrupted files, deliveries repeated, conflicts and rejects replayed.

    python -m benchmarks.proofs.accounts

At the landing: the raw tables, of which every later table is made, are compared cell by cell.
"""

from __future__ import annotations

import json
from typing import Any

from benchmarks.proofs import corruptions, deliveries, rejects


def rows() -> list[dict[str, Any]]:
    """Return the rows of the table."""
    return [*corruptions.rows(), *deliveries.rows(), *rejects.rows()]


if __name__ == "__main__":
    for found in rows():
        print(json.dumps(found))
