"""How good lists are on real data: the platform by its own path, peers on the same split in the same run.

    python -m benchmarks.recommendations [--data ../shared/data] [--homes DIR] [--peers PYTHON] [--json]

Cut: the last day less 30. Population: buyers of the 30 days after it who had been seen by the cut. Refunds are no
purchases, non-products no items, as in the platform's tables. PYTHON is an interpreter with implicit, rectools and
lenskit (they need an older numpy than the platform); without it there are only the baselines.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.predictions import home_of
from dmp.recommendations.context import Context, context_as_known
from dmp.recommendations.evaluation import list_metrics
from dmp.recommendations.outcomes import outcomes_after
from dmp.recommendations.recommend import recommend_all
from dmp.settings import Home
from dmp.vectors.weekly import vectors_as_of
from dmp.warehouse import connect

LAST, CUT = date(2011, 12, 9), date(2011, 11, 9)
METRICS = ("ndcg_at_10_new_items", "ndcg_at_10", "recall_at_20")
# Times the best peer.
GOALS = {"ndcg_at_10_new_items": 1.5, "ndcg_at_10": 1.2}
FOUND_GOAL = 0.55


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--homes", type=Path, default=Path(gettempdir()) / "dmp_prediction_homes")
    parser.add_argument("--peers", type=Path, help="interpreter that has the peers")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("lightgbm", "scipy", "duckdb"))
    print(f"{libraries}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    if not (given.data / "online_retail").is_dir():
        print(f"online_retail: no data in {given.data}, left out", file=sys.stderr)
        return
    for row in rows(home_of("online_retail", given.data, given.homes), given.peers or Path(sys.executable)):
        goal = (
            ""
            if row["goal"] is None
            else f"  goal {row['goal']:.4f} {'reached' if row['reached'] else 'missed'}"
        )
        line = f"{row['name']:24s} {row['metric']:24s} {row['value']:.4f}{goal}  best peer {row['peer']}"
        print(json.dumps(row) if given.json else line, flush=True)


def rows(home: Home, python: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures of the platform and of each peer: name, metric, value, peer, goal, reached."""
    with connect(home, home.settings(), read_only=True) as connection, TemporaryDirectory() as folder:
        context = context_as_known(connection, CUT, LAST)
        outcomes = outcomes_after(connection, CUT, CUT + timedelta(days=30), LAST)
        bought = outcomes[(outcomes["purchase_count"] > 0) & outcomes["is_known"]]
        peers = {
            name: list_metrics(context, lists, bought, np.sort(bought["user_key"].unique()))
            for name, lists in peer_lists(context, bought, Path(folder), python).items()
        }
        start = perf_counter()
        tables = recommend_all(
            connection,
            Home(Path(folder)),
            home.settings(),
            LAST,
            vectors_as_of=lambda cut: vectors_as_of(connection, cut),
            evaluation_cut=CUT,
        )
        seconds = perf_counter() - start
    found = tables["recommendation_metrics"]
    for metric in METRICS:
        best = max(values[metric] for values in peers.values())
        own = found.query("population == 'known_buyers' and metric == @metric").set_index("list_name")[
            "value"
        ]
        goal = GOALS[metric] * best if metric in GOALS else None
        for name in ("recommended", "blended"):
            yield _row(name, metric, own[name], best, goal if name == "recommended" else None)
        for name, values in peers.items():
            yield _row(name, metric, values[metric], best, None)
    channels = tables["recommendation_channels"].set_index("channel")
    for name, channel in channels.iterrows():
        goal = FOUND_GOAL if name == "all_channels" else None
        yield _row(str(name), "recall_of_new_items", channel["recall_of_new_items"], None, goal)
        yield _row(str(name), "found_alone_share", channel["found_alone_share"], None, None)
    yield _row("stage", "seconds", seconds, None, None)


def peer_lists(context: Context, bought: pd.DataFrame, folder: Path, python: Path) -> dict[str, pd.DataFrame]:
    """Return the lists of each peer that the interpreter has: user_key, item_key, list_rank."""
    days = context.days[context.days["is_bought"]]
    table = days.rename(columns={"user_key": "user", "item_key": "item", "age_days": "day"})
    table[["user", "item", "day"]].to_parquet(folder / "purchases.parquet")
    known = np.intersect1d(bought["user_key"].unique(), days["user_key"].unique())
    pd.DataFrame({"user": known}).to_parquet(folder / "people.parquet")
    script = Path(__file__).with_name("recommendation_peers.py")
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONPATH", None)
    subprocess.run([str(python), str(script), str(folder)], check=True, stdout=sys.stderr, env=environment)
    names = {"user": "user_key", "item": "item_key"}
    return {
        path.stem: pd.read_parquet(path).rename(columns=names)
        for path in sorted(folder.glob("*.parquet"))
        if path.stem not in ("purchases", "people")
    }


def _row(name: str, metric: str, value: float, peer: float | None, goal: float | None) -> dict[str, Any]:
    reached = None if goal is None else bool(value >= goal)
    return {
        "name": name,
        "metric": metric,
        "value": float(value),
        "peer": peer,
        "goal": goal,
        "reached": reached,
    }


if __name__ == "__main__":
    main()
