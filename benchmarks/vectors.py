"""What each representation is worth on a home, and how long it takes: three tasks beside what needs none.

    python -m benchmarks.vectors HOME [HOME ...] [--days 90] [--json]

Opens the homes read-only. The tasks, the people and the rule by which one is chosen: `docs/vectors.md`. Seconds are
those of one thread, on what was known at the later cut; but for them, a home's rows are the same on every run.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
from threadpoolctl import threadpool_limits

from dmp.vectors.basis import fitted_basis, user_vectors
from dmp.vectors.behaviour import behaviour_as_known
from dmp.vectors.catalogue import INSTALLED
from dmp.vectors.trials import vector_trials
from dmp.vectors.weekly import comparable_vectors_as_of


def main() -> None:
    """Print the rows of every home."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("homes", nargs="+", type=Path)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    for home in arguments.homes:
        for row in measured(home, arguments.days):
            print(json.dumps(row, default=str) if arguments.json else line(row), flush=True)


def measured(home: Path, days: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of the trials, then the seconds of fitting and placing, and of the daily tables."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        (last,) = connection.execute("SELECT max(as_of_date) FROM profiles.item_profiles").fetchone() or (
            None,
        )
        trials = vector_trials(connection, last, days)
        for row in trials.astype(object).where(trials.notna(), None).to_dict("records"):
            yield {"home": home.name, **row}
        behaviour = behaviour_as_known(connection, trials["cut"].iloc[0], ("days", "attributes"))
        for one in INSTALLED:
            start = perf_counter()
            with threadpool_limits(1):
                user_vectors(behaviour, fitted_basis(behaviour, one))
            yield {"home": home.name, "task": "fit and place", "contender": one.name} | seconds_since(start)
        start = perf_counter()
        bases = comparable_vectors_as_of(connection, last)["vector_bases"]
        yield {"home": home.name, "task": "a day's tables", "contender": "in use"} | seconds_since(start)
        for row in bases.astype(object).where(bases.notna(), None).to_dict("records"):
            yield {"home": home.name, "task": "drift", "contender": row["representation"], **row}


def seconds_since(start: float) -> dict[str, float]:
    """Return the time since `start`, to the hundredth."""
    return {"seconds": round(perf_counter() - start, 2)}


def line(row: dict[str, Any]) -> str:
    """Return a row as a line of a table."""
    named = ("home", "task", "contender")
    rest = [name for name in row if name not in named and row[name] is not None]
    figures = (
        f"{name} {row[name]:.4f}" if isinstance(row[name], float) else f"{name} {row[name]}" for name in rest
    )
    return f"{row['home']:8} {row['task']:15} {row['contender']:15} {'  '.join(figures)}"


if __name__ == "__main__":
    main()
