"""Whether approximate nearest neighbours find the 200 best of 50,000 items sooner than looking at all of them.

    OMP_NUM_THREADS=1 python -m benchmarks.recommendation_neighbours [--people 1000] [--items 50000] [--json]

Made-up factors of 64 numbers, in `flat` all of one size, in `decaying` of ever smaller ones, as factors of behaviour
are. Libraries that are not installed are left out: faiss-cpu, hnswlib, usearch. Microseconds of the processor a person,
one thread; found: share of the exact 200 best.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import numpy as np

from benchmarks.figures import row
from benchmarks.recommendation_recall import BEST, BLOCK, DIMENSIONS
from dmp.recommendations.ordering import best_of_matrix

# What an approximation has to find to be of use.
FOUND_GOAL = 0.95
Search = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    for figure in rows(given.people, given.items):
        shown = f"{figure['name']:32s} {figure['metric']:24s} {figure['value']:12.3f}"
        print(json.dumps(figure) if given.json else shown, flush=True)


def rows(people: int, items: int) -> Iterator[dict[str, Any]]:
    """Yield what each way finds and takes, on both kinds of factors; `peer`: the exact way."""
    for kind, sizes in (("decaying", np.arange(1, DIMENSIONS + 1) ** -0.5), ("flat", np.ones(DIMENSIONS))):
        random = np.random.default_rng(0)
        item_factors, person_factors = (
            (random.standard_normal((count, DIMENSIONS)) * sizes).astype(np.float32)
            for count in (items, people)
        )
        best, exact = _timed(exact_search(item_factors), person_factors)
        yield row(f"{kind} exact", "microseconds", exact)
        for name, make in LIBRARIES.items():
            try:
                started = process_time()
                searches = make(item_factors)
            except ImportError as missing:
                print(f"{name}: {missing}, left out", file=sys.stderr)
                continue
            yield row(f"{kind} {name}", "seconds to build", process_time() - started)
            for setting, search in searches.items():
                found, microseconds = _timed(search, person_factors)
                share = np.mean([np.isin(*pair).mean() for pair in zip(best, found, strict=True)])
                way = f"{kind} {name} {setting}"
                yield row(way, "microseconds", microseconds, exact)
                yield row(way, "found", float(share), 1.0, goal=FOUND_GOAL, most=False)


def exact_search(item_factors: np.ndarray) -> Search:
    """Return the platform's own way: all products, and the best of them."""

    def search(people: np.ndarray) -> np.ndarray:
        parts = [
            best_of_matrix(np.arange(len(block)), block @ item_factors.T, BEST)["item_key"].to_numpy()
            for block in np.array_split(people, max(1, len(people) // BLOCK))
        ]
        return np.concatenate(parts).reshape(len(people), BEST)

    return search


def _faiss(item_factors: np.ndarray) -> dict[str, Search]:
    import faiss

    faiss.omp_set_num_threads(1)
    cells = faiss.IndexFlatL2(DIMENSIONS)
    index = faiss.IndexIVFFlat(cells, DIMENSIONS, 256, faiss.METRIC_INNER_PRODUCT)
    index.train(item_factors)
    index.add(item_factors)

    def search(people: np.ndarray, cell_count: int) -> np.ndarray:
        index.nprobe = cell_count
        return np.asarray(index.search(people, BEST)[1])

    return {
        f"{count} of 256 cells": lambda people, count=count: search(people, count) for count in (8, 32, 64)
    }


def _hnswlib(item_factors: np.ndarray) -> dict[str, Search]:
    import hnswlib

    index = hnswlib.Index("ip", DIMENSIONS)
    index.init_index(len(item_factors), M=16, ef_construction=100)
    index.add_items(item_factors, num_threads=1)

    def search(people: np.ndarray, breadth: int) -> np.ndarray:
        index.set_ef(breadth)
        return np.asarray(index.knn_query(people, BEST, num_threads=1)[0])

    return {
        f"ef {breadth}": lambda people, breadth=breadth: search(people, breadth) for breadth in (200, 800)
    }


def _usearch(item_factors: np.ndarray) -> dict[str, Search]:
    from usearch.index import Index

    index = Index(
        ndim=DIMENSIONS, metric="ip", connectivity=16, expansion_add=100, expansion_search=400, dtype="f32"
    )
    index.add(np.arange(len(item_factors)), item_factors, threads=1)
    return {"expansion 400": lambda people: np.asarray(index.search(people, BEST, threads=1).keys)}


LIBRARIES: dict[str, Callable[[np.ndarray], dict[str, Search]]] = {
    "faiss inverted file": _faiss,
    "hnswlib": _hnswlib,
    "usearch": _usearch,
}


def _timed(search: Search, people: np.ndarray) -> tuple[np.ndarray, float]:
    """Return what is found, and the microseconds of the processor a person."""
    started = process_time()
    found = search(people)
    return found, (process_time() - started) / len(people) * 1e6


if __name__ == "__main__":
    main()
