"""How long the exact best 200 of 50,000 items take for 100,000 people, beside the bare product of their factors.

    OMP_NUM_THREADS=1 python -m benchmarks.recommendation_recall [--people 100000] [--items 50000] [--json]

Made-up factors of 64 numbers, in blocks of people, so that the scores of all pairs are never held at once. Each way
takes every block in turn, its product included, so that what else the machine does is spread over them. The best of
some people are compared with a whole sort. Seconds are the processor's: one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np

from benchmarks.figures import row
from dmp.recommendations.ordering import best_of_matrix

DIMENSIONS, BEST, BLOCK = 64, 200, 500
PRODUCT = "bare product"
GOALS = {"platform": 2.0}
MEMORY_GOAL_GIB = 4.0


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    print(
        f"numpy {np.__version__}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; "
        f"{given.people:,} people x {given.items:,} items",
        file=sys.stderr,
    )
    for figure in rows(given.people, given.items):
        goal = (
            ""
            if figure["goal"] is None
            else f"  goal {figure['goal']:.1f} {'reached' if figure['reached'] else 'missed'}"
        )
        print(
            json.dumps(figure)
            if given.json
            else f"{figure['name']:20s} {figure['metric']:16s} {figure['value']:10.3f}{goal}"
        )


def rows(people: int, items: int) -> list[dict[str, Any]]:
    """Return seconds and times the bare product of each way, and the most memory that was held."""
    seconds = measured(people, items)
    product = seconds[PRODUCT]
    figures = [row(name, "seconds", value, product) for name, value in seconds.items()]
    figures += [
        row(name, "times_product", value / product, 1.0, goal=GOALS.get(name))
        for name, value in seconds.items()
        if name != PRODUCT
    ]
    # Linux tells kibibytes.
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [*figures, row("all", "memory_gib", held, goal=MEMORY_GOAL_GIB)]


def measured(people: int, items: int) -> dict[str, float]:
    """Return the seconds of each way over all blocks. Raises ValueError if the best are not those of a whole sort."""
    random = np.random.default_rng(0)
    single = [random.standard_normal((count, DIMENSIONS), dtype=np.float32) for count in (people, items)]
    factors = {"float32": single, "float64": [one.astype(np.float64) for one in single]}
    seconds = dict.fromkeys(WAYS, 0.0)
    for start in range(0, people, BLOCK):
        keys = np.arange(start, min(start + BLOCK, people))
        for name, (kind, select) in WAYS.items():
            person_factors, item_factors = factors[kind]
            started = process_time()
            select(keys, person_factors[start : start + BLOCK] @ item_factors.T)
            seconds[name] += process_time() - started
        if start % (20 * BLOCK) == 0:
            _check(keys, single[0][start : start + BLOCK] @ single[1].T)
    return seconds


def _check(keys: np.ndarray, scores: np.ndarray) -> None:
    best = best_of_matrix(keys, scores, BEST)
    found = best.loc[best["user_key"] == keys[0], "item_key"].to_numpy()
    order = np.argsort(-scores[0], kind="stable")[:BEST]
    if not np.array_equal(found, order):
        raise ValueError(f"the best of person {keys[0]} are not those of a whole sort")


def _argpartitioned(_: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the best items in order, as numpy's documentation of argpartition has it."""
    best = np.argpartition(scores, -BEST, axis=1)[:, -BEST:]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def _as_the_channel(keys: np.ndarray, scores: np.ndarray) -> Any:
    """Return the best of scores whose sums are exact, so that they do not depend on who else is in the block."""
    return best_of_matrix(keys, scores.astype(np.float32), BEST)


WAYS: dict[str, tuple[str, Callable[[np.ndarray, np.ndarray], Any]]] = {
    PRODUCT: ("float32", lambda _, scores: scores),
    "platform": ("float32", lambda keys, scores: best_of_matrix(keys, scores, BEST)),
    "numpy argpartition": ("float32", _argpartitioned),
    "platform, float64": ("float64", _as_the_channel),
}


if __name__ == "__main__":
    main()
