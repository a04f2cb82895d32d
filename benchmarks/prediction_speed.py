"""What scoring and explaining cost beside LightGBM's own calls on the same rows in memory.

    python -m benchmarks.prediction_speed [--people 1000000] [--explained 5000] [--json]

Made-up metrics, about a hundred of them. The candidates learn from as many people as a home's do; then everybody is
scored. The blend of all candidates and the trees alone are both timed, as ratios of one run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from time import perf_counter
from typing import Any

import lightgbm
import numpy as np
import pandas as pd

from dmp.predictions.blend import blend
from dmp.predictions.candidates.candidate import Question
from dmp.predictions.candidates.catalogue import CANDIDATES
from dmp.predictions.candidates.feature_columns import FeatureColumns
from dmp.predictions.learning import learn
from dmp.predictions.training_rows import LEARNED_ROWS, feature_names

FEATURES = 100
CUTS = 8


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--explained", type=int, default=5_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    print(
        f"lightgbm {version('lightgbm')}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        file=sys.stderr,
    )
    for row in rows(given.people, given.explained):
        shown = f"{row['name']:28} {row['metric']:22} {row['value']:>10} goal {row['goal']} {row['reached']}"
        print(json.dumps(row) if given.json else shown, flush=True)


def rows(people: int, explained: int) -> list[dict[str, Any]]:
    """Return the figures: seconds and ratios of one run."""
    everybody = made_up(people, seed=1)
    learned_from = pd.concat(
        [made_up(LEARNED_ROWS // CUTS, seed=2 + cut).assign(as_of_date=cut) for cut in range(CUTS)]
    )
    learned_from = learned_from.reset_index(drop=True)
    question = Question(feature_names(learned_from), 90, "chance")
    with ThreadPoolExecutor(2) as pool:
        started = perf_counter()
        learned = learn(learned_from, question, CANDIDATES, pool)
        names = [name for name in learned if name != "naive_rate"]
        whole = blend(learned_from, learned, names, "chance")
        trees = blend(learned_from, learned, ["lightgbm"], "chance")
        training = perf_counter() - started
    booster = lightgbm.Booster(model_str=learned["lightgbm"].fitted.files()["trees.txt"].decode())
    matrix = FeatureColumns.learned_from(everybody, question.features).matrix(everybody)
    floor = _seconds(lambda: booster.predict(matrix, num_threads=1))
    some = everybody.head(explained)
    parts_floor = _seconds(lambda: booster.predict(matrix[:explained], pred_contrib=True, num_threads=1))
    return [
        _row("training, all candidates", "seconds", training, "", 180),
        _row("lightgbm predict", "seconds", floor, "", None),
        _row(
            "trees scored, calibrated",
            "times predict",
            _seconds(lambda: trees.predict(everybody)) / floor,
            "lightgbm",
            1.2,
        ),
        _row(
            "blend scored, calibrated",
            "times predict",
            _seconds(lambda: whole.predict(everybody)) / floor,
            "lightgbm",
            None,
        ),
        _row("lightgbm pred_contrib", "seconds", parts_floor, "", None),
        _row(
            "trees explained",
            "times pred_contrib",
            _seconds(lambda: trees.parts(some)) / parts_floor,
            "lightgbm",
            1.2,
        ),
        _row(
            "blend explained",
            "times pred_contrib",
            _seconds(lambda: whole.parts(some)) / parts_floor,
            "lightgbm",
            None,
        ),
        _row("peak memory", "GiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, "", 6),
    ]


def made_up(people: int, seed: int) -> pd.DataFrame:
    """Return one row per person: metrics with the columns that rhythm models read, a label, and noise to a hundred."""
    generator = np.random.default_rng(seed)
    tenure = generator.integers(1, 400, people)
    rate = generator.gamma(0.6, 0.02, people)
    count = generator.poisson(rate * tenure) + 1
    recency = np.minimum(generator.exponential(1 / (rate + 0.005)), tenure).astype("int64")
    table = {
        "user_key": np.arange(people),
        "label": (generator.random(people) < 1 - np.exp(-90 * rate * np.exp(-recency / 200))).astype("int8"),
        "first_purchase_days": tenure,
        "tenure_days": tenure,
        "purchase_recency_days": recency,
        "recency_days": recency // 2,
        "purchase_day_count_life": count,
        "active_day_count_life": count * 3,
    }
    noise = {f"metric_{number:03d}": generator.gamma(1.0, 10.0, people) for number in range(FEATURES - 6)}
    return pd.DataFrame({**table, **noise})


def _seconds(work: Any) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _row(name: str, metric: str, value: float, peer: str, goal: float | None) -> dict[str, Any]:
    reached = None if goal is None else bool(value <= goal)
    return {
        "name": name,
        "metric": metric,
        "value": round(value, 3),
        "peer": peer,
        "goal": goal,
        "reached": reached,
    }


if __name__ == "__main__":
    main()
