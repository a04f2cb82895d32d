"""Fixtures of the landing's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_shop import Shop, opened_shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop of which nothing has landed yet."""
    with opened_shop(tmp_path) as shop:
        yield shop
