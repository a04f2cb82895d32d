"""What comes next of a person's sequence: the representation by sequences on Amazon Beauty, EASE, and their blend.

    python -m benchmarks.sequence [--data ../shared/data] [--json]

Leave-one-out as published: of everybody's reviews the last one is to be found among all 12,101 items (those that the
person has reviewed already left out: nobody reviews one twice), the one before it is in the profile, but never learned
from. The log is imported by its contract into a folder that is thrown away, so learning ends on one declared day and
the profile on the next. The blend is of two networks that began elsewhere and of EASE; how much EASE counts is chosen
on the reviews that are never learned from. Takes a quarter of an hour of one core, 3 GB, and the extra `sequence`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from benchmarks.figures import line, row
from dmp.recommendations.recall.linear_autoencoder import coefficients
from dmp.vectors.basis import Basis, fitted_basis
from dmp.vectors.behaviour import Behaviour, behaviour_as_known
from dmp.vectors.item_order import NOTHING
from dmp.vectors.sequence import SEQUENCE, fit

FOUND_ON = date(2014, 7, 20)
GOALS = {"recall_at_10": 0.0955, "ndcg_at_10": 0.0585}
# As published with their code: blondered/transformer_benchmark, README.
PUBLISHED = {"recall_at_10": "eSASRec 0.0928", "ndcg_at_10": "SASRec 0.0531"}
SEEDS = (0, 1)
# In what EASE is told, each review counts so much of the one after it.
FADING = 0.8
SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4)
_AT_ONCE = 1024
_REVIEWS = """
CREATE SCHEMA profiles; CREATE TABLE profiles.user_item_activity AS
SELECT user_id AS user_key, item_id::VARCHAR AS item_id, landed_date AS event_date, landed_date,
    landed_date AS known_from, DATE '9999-12-31' AS known_to, 0 AS view_count, 0 AS click_count, 0 AS cart_count,
    0 AS favourite_count, 1 AS purchase_count
FROM (SELECT *, parse_path(filename)[-2]::DATE AS landed_date FROM read_parquet($files, filename = 'filename'))
"""


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not SEQUENCE.is_installed:
        raise SystemExit("it needs the extra sequence (pip install -e '.[sequence]')")
    with TemporaryDirectory() as home, threadpool_limits(1):
        for figure in rows(imported(given.data / "amazon_beauty_seq", Path(home))):
            print(json.dumps(figure) if given.json else line(figure), flush=True)


def imported(data: Path, home: Path) -> duckdb.DuckDBPyConnection:
    """Return the reviews as `profiles.user_item_activity`, each on the day that the import declares."""
    dmp = Path(sys.executable).with_name("dmp")
    command = [str(dmp), "import", "amazon_beauty", "--from", str(data), "--home", str(home)]
    subprocess.run(command, check=True, stdout=sys.stderr)
    connection = duckdb.connect()
    connection.execute(_REVIEWS, {"files": str(home / "landing/amazon_beauty/*/*.parquet")})
    return connection


def rows(connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    """Yield the figures of the sequence model, of EASE and of both."""
    start = perf_counter()
    before, now = (Question.of(connection, FOUND_ON - timedelta(days=ago)) for ago in (1, 0))
    bases = []
    for seed in SEEDS:
        bases.append(fitted_basis(before.told, replace(SEQUENCE, fit=partial(fit, seed=seed))))
        yield row("sequence", "seconds_to_learn", perf_counter() - start)
        start = perf_counter()
    ease = coefficients(before.told.matrix.sign().astype(np.float32))
    yield row("EASE", "seconds_to_learn", perf_counter() - start)
    tried = {share: ndcg(ranks) for share, ranks in before.ranks(bases, ease, SHARES).items()}
    chosen = max(tried, key=lambda share: tried[share])
    yield row("blend", "share_of_ease", chosen)
    yield row("people", "population_count", len(now.told.users))
    found = now.ranks(bases, ease, (0.0, chosen, np.inf))
    lists = {
        "sequence": now.ranks(bases[:1], ease, (0.0,))[0.0],
        "two_sequences": found[0.0],
        "EASE": found[np.inf],
        "blend": found[chosen],
    }
    for name, ranks in lists.items():
        for metric, measure in (("recall_at_10", recall), ("ndcg_at_10", ndcg)):
            goal = GOALS[metric] if name == "blend" else None
            yield row(name, metric, measure(ranks), PUBLISHED[metric], goal=goal, most=False)


def recall(ranks: np.ndarray) -> float:
    """Return the share of people whose item is among the first ten (ranks from 0)."""
    return float((ranks < 10).mean())


def ndcg(ranks: np.ndarray) -> float:
    """Return the mean gain of the one item, 0 beyond the first ten (ranks from 0)."""
    return float(np.where(ranks < 10, 1 / np.log2(ranks + 2), 0).mean())


@dataclass(frozen=True)
class Question:
    """What was known the day before, and the item of each person on the day itself."""

    told: Behaviour
    wanted: np.ndarray

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, day: date) -> Question:
        """Read what is to be found on `day`."""
        told = behaviour_as_known(connection, day - timedelta(days=1), ("days",))
        wanted = connection.execute(
            "SELECT item_id FROM profiles.user_item_activity WHERE event_date = $day ORDER BY user_key",
            {"day": day},
        )
        return cls(told, wanted.df()["item_id"].to_numpy(object))

    def ranks(
        self, bases: Sequence[Basis], ease: np.ndarray, shares: Sequence[float]
    ) -> dict[float, np.ndarray]:
        """Return each person's rank of the wanted item, from 0, by what EASE counts; infinite: EASE alone.

        Affinities are the mean of the bases. What EASE expects is divided by its spread over the items. An item that
        nobody had when the models learned stands behind all others.
        """
        items = bases[0].items
        acts, met = self.told.known(items, "days"), self.told.known(items)
        people = [basis.place(acts, basis.vectors) for basis in bases]
        told_ease = faded(acts, len(items))
        place = np.searchsorted(items, self.wanted)
        is_known = items[np.minimum(place, len(items) - 1)] == self.wanted
        found = {share: np.full(len(acts), len(items)) for share in shares}
        for start in range(0, len(acts), _AT_ONCE):
            rows = np.arange(start, min(start + _AT_ONCE, len(acts)))
            expected = told_ease[rows] @ ease
            expected /= np.maximum(expected.std(axis=1, keepdims=True), 1e-12)
            affinity = np.mean(
                [placed[rows] @ basis.vectors.T for placed, basis in zip(people, bases, strict=True)], axis=0
            )
            asked = np.flatnonzero(is_known[rows])
            for share in shares:
                scores = expected.copy() if share == np.inf else affinity + share * expected
                scores[met[rows].nonzero()] = -np.inf
                own = scores[asked, place[rows[asked]]]
                found[share][rows[asked]] = (scores[asked] > own[:, None]).sum(axis=1)
        return found


def faded(acts: np.ndarray, item_count: int) -> csr_matrix:
    """Return sparse people x items: how much each act counts in what EASE is told."""
    person, place = np.nonzero(acts[:, 0] != NOTHING)
    items, days_ago = acts[person, :, place].T
    return csr_matrix((np.float32(FADING) ** days_ago, (person, items)), shape=(len(acts), item_count))


if __name__ == "__main__":
    main()
