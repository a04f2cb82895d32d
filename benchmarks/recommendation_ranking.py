"""What ranking costs beside LightGBM's own predict on the same rows in memory: probability, value, order on top.

    OMP_NUM_THREADS=1 python -m benchmarks.recommendation_ranking [--people 2000] [--candidates 150] [--json]

Made-up candidates with the features of the recipe, a ranker of its usual size. Seconds are the processor's, the least
of several runs in one thread: OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

from dmp.list_order import Aims, ListOrder
from dmp.recommendations.calibration import COUNTS, DAYS, fit_calibration
from dmp.recommendations.context import Context
from dmp.recommendations.features import ITEM_FEATURES, PAIR_FEATURES, USER_FEATURES
from dmp.recommendations.held_out import HeldOut
from dmp.recommendations.learnt_ranker import LearntRanker
from dmp.recommendations.lists import by_score, learnt_scores
from dmp.recommendations.ranking import fit_ranker
from dmp.recommendations.recipe import CHANNELS
from dmp.recommendations.reranking import reranked

ITEMS, LEARNT_PEOPLE = 5_000, 400
GOAL = 1.2
AIMED = ListOrder(
    most_per_category=5, most_per_brand=5, least_new_items=2, aims=Aims(value=0.2, freshness=0.1)
)
NAMES = sorted({*USER_FEATURES, *ITEM_FEATURES, *PAIR_FEATURES, *COUNTS, *DAYS})


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--candidates", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"lightgbm {version('lightgbm')}; {load}", file=sys.stderr)
    for row in rows(given.people, given.candidates, given.rounds):
        shown = f"{row['name']:44} {row['seconds']:8.3f} s  {row['times_predict']:6.2f} x  goal {row['goal']}"
        print(json.dumps(row) if given.json else shown, flush=True)


def rows(people: int, candidate_count: int, rounds: int) -> list[dict[str, Any]]:
    """Return seconds, and times LightGBM's predict, of each way through the same rows."""
    context = made_up_context(people)
    ranker = made_up_ranker(candidate_count)
    candidates, features = made_up_candidates(context, candidate_count, seed=1)
    matrix = features[ranker.feature_name()].to_numpy()

    def ranked(given: Context) -> pd.DataFrame:
        return reranked(given, by_score(learnt_scores(given, candidates, ranker, features)))

    aimed = replace(context, order=AIMED)
    ways = {
        "lightgbm predict": lambda: ranker.booster.predict(matrix, num_threads=1),
        "ranked: probability, value, order": lambda: ranked(context),
        "ranked under aims and limits": lambda: ranked(aimed),
    }
    seconds = {name: min(_seconds(way) for _ in range(rounds)) for name, way in ways.items()}
    floor = seconds["lightgbm predict"]
    goals = dict(zip(ways, (None, GOAL, None), strict=True))
    return [
        {
            "name": name,
            "rows": len(candidates),
            "seconds": round(value, 4),
            "times_predict": round(value / floor, 3),
            "goal": goals[name],
            "reached": None if goals[name] is None else value / floor <= GOAL,
        }
        for name, value in seconds.items()
    ]


def made_up_context(people: int) -> Context:
    """Return a shop of items with category, brand, price and age, and people of whom one in twenty did not consent."""
    random = np.random.default_rng(0)
    items = pd.DataFrame(
        {
            "item_id": [f"item{number:05d}" for number in range(ITEMS)],
            "category": [f"category {number % 40}" for number in range(ITEMS)],
            "brand": [f"brand {number % 60}" for number in range(ITEMS)],
            "price_amount": random.gamma(2, 10, ITEMS),
            "cost_amount": np.nan,
            "paid_price_amount": np.nan,
            "item_age_days": random.integers(0, 400, ITEMS),
        }
    )
    keys = np.arange(people) * 1_000_003
    table = pd.DataFrame({"user_key": keys, "is_consented": np.arange(people) % 20 > 0})
    return Context(date(2026, 1, 1), items, pairs=pd.DataFrame(), days=pd.DataFrame(), people=table)


def made_up_candidates(
    context: Context, candidate_count: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return candidates with the places in the recipe's channels, and their features."""
    random = np.random.default_rng(seed)
    people = np.repeat(context.user_keys, candidate_count)
    items = [np.sort(random.choice(ITEMS, candidate_count, replace=False)) for _ in context.user_keys]
    columns: dict[str, Any] = {"user_key": people, "item_key": np.concatenate(items).astype(np.int32)}
    for channel in CHANNELS:
        values = random.random(len(people)).astype(np.float32)
        known = {"score": values, "place": np.ceil(values * candidate_count), "rank": np.ceil(values * 50)}
        for kind, figures in known.items():
            columns[f"{channel.name}_{kind}"] = np.where(values < 0.6, np.float32(np.nan), figures)
    candidates = pd.DataFrame(columns)
    facts = {name: random.gamma(1, 10, len(people)).astype(np.float32) for name in NAMES}
    features = pd.concat([candidates.iloc[:, 2:], pd.DataFrame(facts)], axis=1).astype(np.float32)
    return candidates, features


def made_up_ranker(candidate_count: int) -> LearntRanker:
    """Return a ranker as the recipe learns it, from people who are not ranked, with its calibration."""
    context = made_up_context(LEARNT_PEOPLE)
    candidates, features = made_up_candidates(context, candidate_count, seed=2)
    random = np.random.default_rng(3)
    appeal = features["own_purchases_score"].fillna(0) + features["user_purchase_day_count"] / 50
    bought = random.random(len(candidates)) < appeal.to_numpy() / 20
    label, weight = np.where(bought, 3, 0), np.ones(len(candidates))
    booster = fit_ranker(features, label, candidates["user_key"].to_numpy(), weight, 1)
    held_out = HeldOut(features, bought)
    return LearntRanker(booster, fit_calibration(booster.predict(features, raw_score=True), held_out))


def _seconds(work: Any) -> float:
    started = process_time()
    work()
    return process_time() - started


if __name__ == "__main__":
    main()
