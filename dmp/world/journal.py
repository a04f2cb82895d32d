"""What happened, table by table, gathered day by day while the world runs."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd


class Journal:
    """Columns appended in the order of events; scalars are repeated."""

    def __init__(self) -> None:
        self._parts: dict[str, list[dict[str, np.ndarray]]] = defaultdict(list)
        self._rows: dict[str, int] = defaultdict(int)

    def add(self, table: str, **columns: Any) -> None:
        """Append rows; at least one column is an array and gives the length."""
        length = max(len(column) for column in columns.values() if isinstance(column, np.ndarray))
        full = {name: np.broadcast_to(np.asarray(column), length) for name, column in columns.items()}
        self._parts[table].append(full)
        self._rows[table] += length

    def count(self, table: str) -> int:
        """Return the rows added so far."""
        return self._rows[table]

    def table(self, name: str) -> pd.DataFrame:
        """Return all rows of a table in the order added; without columns if nothing was added."""
        parts = self._parts[name]
        names = parts[0] if parts else ()
        return pd.DataFrame({column: np.concatenate([part[column] for part in parts]) for column in names})
