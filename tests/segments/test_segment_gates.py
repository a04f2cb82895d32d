"""The gates of the segments: green on what the stage writes, red on each defect that they are there for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dmp.quality import suites, validate
from dmp.segments.catalogue import read_catalogue
from dmp.segments.membership import refresh_rules
from dmp.segments.rules import load_rules

TABLES = ("segments", "segment_sizes", "user_segments", "user_segment_changes")


@pytest.fixture
def written(warehouse: duckdb.DuckDBPyConnection, write: Callable[..., Path], tmp_path: Path) -> Path:
    """A warehouse file with the segments of the people made by hand."""
    rules = load_rules([write("{field: spent_amount, at_least: 500}").parent])
    refresh_rules(warehouse, rules, read_catalogue(warehouse), date.min, date(2026, 6, 24))
    path = tmp_path / "warehouse.duckdb"
    warehouse.execute(f"ATTACH '{path}' AS file; CREATE SCHEMA file.segments")
    for table in TABLES:
        warehouse.execute(f"CREATE TABLE file.segments.{table} AS FROM segments.{table}")
    warehouse.execute("DETACH file")
    return path


def broken(path: Path, table: str) -> list[tuple[str, str | None]]:
    with duckdb.connect(str(path)) as connection:
        results = validate(connection, table, suites()[table])
    return [(result.expectation, result.column_name) for result in results if not result.is_met]


@pytest.mark.parametrize("table", TABLES)
def test_what_the_stage_writes_passes(written: Path, table: str) -> None:
    assert broken(written, table) == []


@pytest.mark.parametrize(
    ("table", "defect", "expectation"),
    [
        ("segments", "INSERT INTO segments.segments FROM segments.segments", "unique"),
        ("segments", "UPDATE segments.segments SET person_count = -1", "between"),
        ("segment_sizes", "UPDATE segments.segment_sizes SET joined_count = person_count + 1", "pair_values"),
        ("user_segments", "INSERT INTO segments.user_segments FROM segments.user_segments", "unique"),
        ("user_segments", "UPDATE segments.user_segments SET reason = NULL", "not_be_null"),
        ("user_segments", "UPDATE segments.user_segments SET valid_from = DATE '2030-01-01'", "pair_values"),
        ("user_segment_changes", "UPDATE segments.user_segment_changes SET change = 'moved'", "in_set"),
        ("user_segment_changes", "UPDATE segments.user_segment_changes SET cause = NULL", "not_be_null"),
    ],
)
def test_a_defect_turns_the_gate_red(written: Path, table: str, defect: str, expectation: str) -> None:
    with duckdb.connect(str(written)) as connection:
        connection.execute(defect)
    assert [name for name, _ in broken(written, table) if expectation in name]
