"""The pages of a small home, for all tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from page_reader import Reader, served
from small_build import published_home


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The pages of a home of three people, most of whose tables were never built."""
    root: Path = tmp_path_factory.mktemp("pages") / "home"
    with served(published_home(root)) as found:
        yield found
