"""What comes next of a person's sequence: the representation by sequences on Amazon Beauty, EASE, and their blend.

    python -m benchmarks.sequence [--data ../shared/data] [--json]

Leave-one-out as published: of everybody's reviews the last one is to be found among all 12,101 items (those that the
person has reviewed already left out: nobody reviews one twice), the one before it is in the profile, but never learned
from. The log is imported by its contract into a folder that is thrown away, so learning ends on one declared day and
the profile on the next. The blend is of three networks that began elsewhere, of EASE and of a Markov chain; how much
the last two count is chosen on the reviews that are never learned from. Takes twenty minutes of one core, 3 GB, and
the extra `sequence`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.figures import line, row
from benchmarks.next_item import Question, followers_of, ndcg, recall
from dmp.recommendations.recall.linear_autoencoder import coefficients
from dmp.vectors.basis import fitted_basis
from dmp.vectors.sequence import SEQUENCE, fit

FOUND_ON = date(2014, 7, 20)
GOALS = {"recall_at_10": 0.0955, "ndcg_at_10": 0.0585}
# As published with their code: blondered/transformer_benchmark, README.
PUBLISHED = {"recall_at_10": "eSASRec 0.0928", "ndcg_at_10": "SASRec 0.0531"}
SEEDS = (0, 1, 2)
NETWORKS, EASE, MARKOV = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
BLENDS = tuple((1.0, ease, markov) for ease in (0.0, 0.1, 0.2, 0.3) for markov in (0.0, 0.03, 0.06))
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
    followers = followers_of(before.told.known(bases[0].items, "days"), len(bases[0].items))
    tried = {blend: ndcg(ranks) for blend, ranks in before.ranks(bases, ease, followers, BLENDS).items()}
    chosen = max(BLENDS, key=lambda blend: tried[blend])
    yield row("blend", "share_of_ease", chosen[1])
    yield row("blend", "share_of_markov_chain", chosen[2])
    yield row("people", "population_count", len(now.told.users))
    found = now.ranks(bases, ease, followers, (NETWORKS, EASE, MARKOV, (1.0, chosen[1], 0.0), chosen))
    lists = {
        "sequence": now.ranks(bases[:1], ease, followers, (NETWORKS,))[NETWORKS],
        "sequences": found[NETWORKS],
        "EASE": found[EASE],
        "markov_chain": found[MARKOV],
        "sequences_and_EASE": found[1.0, chosen[1], 0.0],
        "blend": found[chosen],
    }
    for name, ranks in lists.items():
        for metric, measure in (("recall_at_10", recall), ("ndcg_at_10", ndcg)):
            goal = GOALS[metric] if name == "blend" else None
            yield row(name, metric, measure(ranks), PUBLISHED[metric], goal=goal, most=False)


if __name__ == "__main__":
    main()
