"""How good lists are on real data: the platform by its own path, peers on the same split in the same run.

    python -m benchmarks.recommendations [SPLIT ...] [--data ../shared/data] [--homes DIR] [--peers PYTHON] [--json]

Splits: see `recommendation_splits.py`. Population: people known by the cut who did after it what the log knows as its
strongest outcome. Refunds are no purchases, non-products no items, as in the platform's tables. A home is imported and
run first if it is not there. PYTHON is an interpreter with implicit, rectools and lenskit (they need an older numpy
than the platform); without it there are only the baselines.
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

import duckdb
import numpy as np
import pandas as pd

from benchmarks.figures import row
from benchmarks.predictions import home_of
from benchmarks.recommendation_splits import SPLITS, Split
from dmp.recommendations.context import Context, context_as_known
from dmp.recommendations.evaluation import list_metrics
from dmp.recommendations.outcomes import outcomes_after
from dmp.recommendations.recommend import recommend_all
from dmp.settings import Home
from dmp.vectors.weekly import vectors_as_of
from dmp.warehouse import connect

# People on whom the peers' settings are chosen.
CHOSEN_ON = 3000


def main() -> None:
    """Print one line per figure."""
    names = [split.name for split in SPLITS]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("splits", nargs="*", choices=[[], *names], help="all of them without one")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--homes", type=Path, default=Path(gettempdir()) / "dmp_prediction_homes")
    parser.add_argument("--peers", type=Path, help="interpreter that has the peers")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("lightgbm", "scipy", "duckdb"))
    print(f"{libraries}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    for split in SPLITS:
        if split.name not in (given.splits or names):
            continue
        if not (given.data / split.folder).is_dir():
            print(f"{split.name}: no data in {given.data}, left out", file=sys.stderr)
            continue
        home = home_of(split.source, given.data / split.folder, given.homes, split.settings)
        for figure in rows(split, home, given.peers or Path(sys.executable)):
            placed = {"split": split.name, **figure}
            print(json.dumps(placed) if given.json else _line(placed), flush=True)


def rows(split: Split, home: Home, python: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures of the platform and of each peer: name, metric, value, peer, goal, reached."""
    with connect(home, home.settings(), read_only=True) as connection, TemporaryDirectory() as folder:
        peers = peer_figures(split, connection, home, Path(folder), python) | split.published
        start = perf_counter()
        tables = own_tables(split, connection, home, Path(folder))
        seconds = perf_counter() - start
    found = tables["recommendation_metrics"].query("population == 'known_buyers'")
    for metric in split.metrics:
        best = max(values[metric] for values in peers.values() if metric in values)
        own = found[found["metric"] == metric].set_index("list_name")["value"]
        goal = split.goals.get(
            metric, split.times_peer[metric] * best if metric in split.times_peer else None
        )
        for name in ("recommended", "blended"):
            yield row(name, metric, own[name], best, goal=goal if name == "recommended" else None, most=False)
        for name, values in peers.items():
            if metric in values:
                yield row(name, metric, values[metric], best)
    for _, channel in tables["recommendation_channels"].iterrows():
        goal = split.found_goal if channel["channel"] == "all_channels" else None
        for metric in ("recall_of_new_items", "found_alone_share"):
            is_goal = metric == "recall_of_new_items"
            yield row(channel["channel"], metric, channel[metric], goal=goal if is_goal else None, most=False)
    yield row("people", "population_count", found["population_count"].max())
    if not split.is_at_own_cut:
        yield row("stage", "seconds", seconds)


def own_tables(
    split: Split, connection: duckdb.DuckDBPyConnection, home: Home, folder: Path
) -> dict[str, pd.DataFrame]:
    """Return `recommendation_metrics` and `recommendation_channels` as `dmp run` left them, or of the split's cut."""
    if not split.is_at_own_cut:
        return recommend_all(
            connection,
            Home(folder),
            home.settings(),
            split.last_date,
            vectors_as_of=lambda cut: vectors_as_of(connection, cut),
            evaluation_cut=split.cut,
        )
    tables = {
        name: connection.table(f"recommendations.{name}").df()
        for name in ("recommendation_metrics", "recommendation_channels")
    }
    cuts = set(pd.to_datetime(tables["recommendation_metrics"]["evaluation_cut"]).dt.date)
    if cuts != {split.cut}:
        raise SystemExit(f"{home.root} was measured at {cuts}, not at {split.cut}")
    return tables


def peer_figures(
    split: Split, connection: duckdb.DuckDBPyConnection, home: Home, folder: Path, python: Path
) -> dict[str, dict[str, float]]:
    """Return the metrics of each peer that the interpreter has; settings are chosen one window before the cut."""
    gap = home.settings().list_evaluation.learning_gap_days
    window = timedelta(days=split.window_days)
    before, reached = _facts(
        split, connection, split.cut - max(window, timedelta(days=gap)), window, split.cut
    )
    people = np.sort(reached["user_key"].unique())[:CHOSEN_ON]
    _write(split, folder / "before", before, people, gap)
    renamed = {"user_key": "user", "item_key": "item"}
    chosen_by = reached[reached["user_key"].isin(people)].rename(columns=renamed)[["user", "item"]]
    chosen_by.to_parquet(folder / "before" / "bought.parquet")
    context, bought = _facts(split, connection, split.cut, window, split.last_date)
    people = np.sort(bought["user_key"].unique())
    _write(split, folder / "now", context, people, gap)
    script = Path(__file__).with_name("recommendation_peers.py")
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONPATH", None)
    subprocess.run(
        [str(python), str(script), str(folder), str(split.depth), *split.peers],
        check=True,
        stdout=sys.stderr,
        env=environment,
    )
    names = {"user": "user_key", "item": "item_key"}
    lists = {
        path.stem: pd.read_parquet(path).rename(columns=names)
        for path in sorted((folder / "now").glob("*.parquet"))
        if path.stem not in ("acts", "people")
    }
    return {name: list_metrics(context, table, bought, people) for name, table in lists.items()}


def _facts(
    split: Split, connection: duckdb.DuckDBPyConnection, cut: date, window: timedelta, known_on: date
) -> tuple[Context, pd.DataFrame]:
    """Return what is known on a cut, and what known people with acts did in the window after it."""
    context = context_as_known(connection, cut, split.last_date)
    outcomes = context.judged_outcome.reached(outcomes_after(connection, cut, cut + window, known_on))
    is_with_acts = outcomes["user_key"].isin(_acts(split, context)["user_key"])
    return context, outcomes[outcomes["is_known"] & is_with_acts]


def _acts(split: Split, context: Context) -> pd.DataFrame:
    return context.days if split.learns_from == "acts" else context.days[context.days["is_bought"]]


def _write(split: Split, folder: Path, context: Context, people: np.ndarray, gap: int) -> None:
    folder.mkdir()
    acts = _acts(split, context).rename(columns={"user_key": "user", "item_key": "item", "age_days": "day"})
    acts = acts.assign(is_learned=acts["day"] >= gap)
    acts[["user", "item", "day", "is_learned"]].to_parquet(folder / "acts.parquet")
    pd.DataFrame({"user": people}).to_parquet(folder / "people.parquet")


def _line(figure: dict[str, Any]) -> str:
    verdict = "reached" if figure["reached"] else "missed"
    goal = "" if figure["goal"] is None else f"  goal {figure['goal']:.4f} {verdict}"
    peer = "" if figure["peer"] is None else f"  best peer {figure['peer']:.4f}"
    return (
        f"{figure['split']:14s} {figure['name']:26s} {figure['metric']:24s} {figure['value']:.4f}{goal}{peer}"
    )


if __name__ == "__main__":
    main()
