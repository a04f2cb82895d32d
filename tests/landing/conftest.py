"""Fixtures of the landing's tests."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from small_shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop of which nothing has landed yet."""
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        yield Shop(tmp_path, connection)
