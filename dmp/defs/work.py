"""A clock of the work on data inside a run, so that the rest (orchestration) can be told: wall time less work."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

SECONDS: dict[str, float] = defaultdict(float)


@contextmanager
def working(kind: str) -> Iterator[None]:
    """Count the block's time as work of a kind: loading, sql, learning, publishing."""
    started = perf_counter()
    try:
        yield
    finally:
        SECONDS[kind] += perf_counter() - started
