"""How good clusters and lookalikes are on a home with `online_retail`; run by `benchmarks/segments.py`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from benchmarks.figures import row

GROUPS = {
    "bags": "BAG",
    "Christmas": "CHRISTMAS",
    "cake": "CAKE",
    "lunch": "LUNCH",
    "paper": "PAPER",
    "retrospot": "RETROSPOT",
}
OTHER_GROUPS = {"heart": "HEART", "light": "LIGHT", "candle": "CANDLE"}
AT_CUT = """
SELECT * FROM profiles.user_metrics_history WHERE as_of_date = $cut AND is_identified ORDER BY user_key
"""
BOUGHT = """
SELECT user_key, item_id, upper(any_value(item_name)) AS item_name,
    sum(purchase_count) FILTER (event_date <= $cut) AS past_count,
    coalesce(sum(purchase_amount) FILTER (event_date > $cut AND event_date <= $cut + 90), 0)::DOUBLE AS next_amount,
    coalesce(sum(purchase_count) FILTER (event_date > $cut AND event_date <= $cut + 90), 0) AS next_count
FROM profiles.user_item_activity LEFT JOIN profiles.item_profiles USING (item_id)
WHERE known_to = DATE '9999-12-31' GROUP BY user_key, item_id
"""


def quality(home: Path) -> list[dict[str, Any]]:
    """Return the rows about clusters and lookalikes, at the last Sunday that has 90 days after it."""
    # Only libraries that are loaded are limited.
    import sklearn.cluster
    import sklearn.linear_model
    import sklearn.mixture  # noqa: F401
    from threadpoolctl import threadpool_limits

    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection, threadpool_limits(1):
        (last,) = connection.execute("SELECT max(as_of_date) FROM profiles.user_metrics").fetchone() or (
            None,
        )
        cut = last - timedelta(days=90)
        cut -= timedelta(days=cut.isoweekday() % 7)
        people = connection.execute(AT_CUT, {"cut": cut}).df()
        bought = connection.execute(BOUGHT, {"cut": cut}).df()
        bought = bought[bought["user_key"].isin(people["user_key"])]
        return [*cluster_quality(people, bought, cut), *lookalike_quality(connection, people, bought, cut)]


def cluster_quality(people: pd.DataFrame, bought: pd.DataFrame, cut: date) -> list[dict[str, Any]]:
    """Try every recipe on everybody at the cut; the one that would be chosen is ours, the others stand beside it."""
    from dmp.segments.cluster_choice import RECIPES, STABILITY_FLOOR, chosen, try_recipe
    from dmp.segments.clusters import logs

    spend = bought.groupby("user_key")["next_amount"].sum()
    next_spend = people["user_key"].map(spend).fillna(0).clip(lower=0).to_numpy()
    tried = [try_recipe(logs(people), next_spend, recipe, bootstraps=10) for recipe in RECIPES]
    rows = [row(f"clusters at {cut}", "people", len(people))]
    for trial in tried:
        name = f"{trial.recipe.algorithm} {trial.recipe.count or ''}".strip()
        is_ours = trial.recipe == chosen(tried)
        peer, task = (None, f"clusters: {name}") if is_ours else (name, "clusters")
        rows += [
            row(task, "eta squared", trial.usefulness, peer, goal=0.24 if is_ours else None, most=False),
            row(
                task,
                "bootstrap ARI",
                trial.stability,
                peer,
                goal=STABILITY_FLOOR if is_ours else None,
                most=False,
            ),
        ]
    return rows


def lookalike_quality(
    connection: duckdb.DuckDBPyConnection, people: pd.DataFrame, bought: pd.DataFrame, cut: date
) -> list[dict[str, Any]]:
    """Tell half of the next 90 days' buyers of a group of items; find the other half among everybody else."""
    from scipy.sparse import csr_matrix

    from dmp.segments.lookalikes import People, expand, tf_idf
    from dmp.vectors.weekly import vectors_as_of

    keys, past = people["user_key"].to_numpy(), bought[bought["past_count"] > 0]
    items = np.unique(past["item_id"])
    places = np.searchsorted(keys, past["user_key"]), np.searchsorted(items, past["item_id"])
    counts = csr_matrix((past["past_count"].astype(float), places), shape=(len(keys), len(items)))
    placed = vectors_as_of(connection, cut)["user_vectors"].set_index("user_key")["vector"]
    width = len(placed.iloc[0])
    vectors = np.array([placed.get(key, np.zeros(width)) for key in keys], dtype="float64")
    numbers = people.drop(columns=["as_of_date", "user_key", "is_identified"]).astype("float64")
    everybody = People(numbers, tf_idf(counts), vectors)
    rows, means = [], []
    for name, word in {**GROUPS, **OTHER_GROUPS}.items():
        is_of_group = bought["item_name"].str.contains(word, regex=False, na=False) & (
            bought["next_count"] > 0
        )
        is_buyer = np.isin(keys, bought.loc[is_of_group, "user_key"])
        seeds = np.zeros(len(keys), dtype=bool)
        buyers = np.flatnonzero(is_buyer)
        seeds[np.random.default_rng(0).permutation(buyers)[: len(buyers) // 2]] = True
        found = {None: expand(everybody, seeds).scores, **lookalike_peers(everybody, seeds)}
        values = {peer: _found(is_buyer[~seeds], scores[~seeds]) for peer, scores in found.items()}
        rows += [
            row(f"lookalikes: {name}", metric, value, peer)
            for peer, pair in values.items()
            for metric, value in zip(("AUC", "lift at 5 %"), pair, strict=True)
        ]
        means += [values] if name in GROUPS else []
    for place, (metric, goal) in enumerate({"AUC": 0.755, "lift at 5 %": 3.7}.items()):
        for peer in means[0]:
            mean = float(np.mean([values[peer][place] for values in means]))
            rows.append(
                row("lookalikes: mean of six", metric, mean, peer, goal=None if peer else goal, most=False)
            )
    return rows


def lookalike_peers(people: Any, seeds: np.ndarray) -> dict[str | None, np.ndarray]:
    """Score with the cosine to the mean seed, and with a logistic regression on TF-IDF, out of fold."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    mean = np.asarray(people.items[seeds].mean(axis=0)).ravel()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    logistic = cross_val_predict(
        LogisticRegression(max_iter=500), people.items, seeds, cv=folds, method="predict_proba"
    )
    return {"cosine TF-IDF": people.items @ mean, "logistic TF-IDF": logistic[:, 1]}


def _found(is_buyer: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """Return the area under the ROC curve, and how much denser buyers are in the first twentieth."""
    from sklearn.metrics import roc_auc_score

    first = np.argsort(-scores, kind="stable")[: round(0.05 * len(scores))]
    return float(roc_auc_score(is_buyer, scores)), float(is_buyer[first].mean() / is_buyer.mean())
