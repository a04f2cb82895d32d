"""Counts what statements of DuckDB read, write and take, from the engine's own profile of each.

A row is read if a scan of a stored table looks at it: those in row groups that its zone maps rule out are not. A row is
written if a stored or a temporary table gains or loses it. Bytes read are blocks of the database file. Seconds are
the engine's own, from text to result; with one thread they are a processor's.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any
from unittest.mock import patch

import duckdb

MODEL = re.compile(r'"node_id": "\w+\.dmp\.(\w+)"')
PARTS_OF_TIME = (
    ("planner", "total_time"),
    ("optimizer", "total_time"),
    ("physical_planner", "total_time"),
    ("query", "cpu_time"),
)
WRITING = re.compile("INSERT|CREATE_TABLE_AS|DELETE|UPDATE|COPY_TO_FILE")


@dataclass
class Touched:
    """What statements read, wrote and took."""

    rows_read: int = 0
    rows_written: int = 0
    bytes_read: int = 0
    seconds: float = 0.0

    def add(self, other: Touched) -> None:
        """Count what another part touched as well."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


class Meter:
    """What was touched in each part of a run: a dbt model by its name, all else by the step under way."""

    def __init__(self) -> None:
        self.step = "start"
        self.parts: defaultdict[str, Touched] = defaultdict(Touched)

    def begin(self, step: str) -> None:
        """Count what follows for this step."""
        self.step = step

    def count(self, text: str, profile: dict[str, Any]) -> None:
        """Add one statement's profile."""
        model = MODEL.search(text)
        touched = self.parts[model[1] if model else self.step]
        touched.bytes_read += profile.get("io", {}).get("total_bytes_read", 0)
        touched.seconds += sum(profile.get(part, {}).get(name, 0.0) for part, name in PARTS_OF_TIME)
        for operator in _operators(profile.get("operator", [])):
            if operator["type"] == "TABLE_SCAN" and _is_stored(operator):
                touched.rows_read += operator.get("rows_scanned", 0)
            elif WRITING.search(operator["type"]):
                touched.rows_written += sum(child["intermediate_rows"] for child in operator["children"])


def _operators(operators: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for operator in operators:
        yield operator
        yield from _operators(operator.get("children", []))


def _is_stored(operator: dict[str, Any]) -> bool:
    table = operator["extra_info"].get("Table", "temp.")
    return not table.startswith(("temp.", '"temp".', "memory.", "system."))


class _Metered:
    """A connection whose statements are counted: each once its result has been taken, before the next begins."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, meter: Meter) -> None:
        self._connection, self._meter = connection, meter
        self._uncounted: str | None = None
        connection.execute("SET enable_profiling = 'no_output'")
        connection.execute("SET profiling_coverage = 'ALL'")

    def execute(self, query: Any, *parameters: Any) -> _Metered:
        is_alone = parameters or not isinstance(query, str)
        for statement in [query] if is_alone else self._connection.extract_statements(query):
            self._count()
            self._connection.execute(statement, *parameters)
            self._uncounted = str(query)
        return self

    def cursor(self) -> _Metered:
        return _Metered(self._connection.cursor(), self._meter)

    def close(self) -> None:
        self._count()
        self._connection.close()

    def _count(self) -> None:
        if self._uncounted is not None:
            profile = self._connection.get_profiling_information(format="json")
            self._meter.count(self._uncounted, json.loads(profile))
        self._uncounted = None

    def __enter__(self) -> _Metered:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@contextmanager
def metered() -> Iterator[Meter]:
    """Count what every connection reads and writes that is opened in the block."""
    meter, connect = Meter(), duckdb.connect

    def connect_metered(*arguments: Any, **options: Any) -> _Metered:
        return _Metered(connect(*arguments, **options), meter)

    with patch("duckdb.connect", connect_metered):
        yield meter
