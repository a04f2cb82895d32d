"""Comparing a build with its rebuild: every row that only one of the two has is counted."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from small_build import published_home

from dmp.settings import DmpError, Home
from dmp.verifying import compared_tables, verify


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two builds of the same home."""
    first, second = (published_home(tmp_path / name).published.resolve() for name in ("one", "two"))
    return first, second


def test_two_builds_of_the_same_landing_are_equal(pair: tuple[Path, Path]) -> None:
    tables = list(compared_tables(*pair))
    assert [table.table for table in tables if not table.is_equal] == []
    assert {table.table for table in tables} >= {"user_profiles", "user_tags", "landed_files"}


def test_a_changed_cell_a_lost_row_and_a_row_that_is_there_twice_are_differences(
    pair: tuple[Path, Path],
) -> None:
    with duckdb.connect(str(pair[0] / "dmp.duckdb")) as connection:
        connection.execute("UPDATE user_profiles SET order_count_life = 8 WHERE age = 36")
        connection.execute("DELETE FROM user_tags")
        connection.execute("INSERT INTO landed_files FROM landed_files")
        connection.execute("CREATE TABLE left_over AS SELECT 1 AS number")
    found = {table.table: table for table in compared_tables(*pair) if not table.is_equal}
    assert {
        name: (table.only_published_count, table.only_rebuilt_count) for name, table in found.items()
    } == {"user_profiles": (1, 1), "user_tags": (0, 1), "landed_files": (1, 0), "left_over": (1, 0)}


def test_what_is_not_published_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(DmpError, match="nothing is published"):
        verify(Home.at(tmp_path))
