"""Tables of subjects: the platform's recipe and its peers on the same splits of the same rows.

Needs XGBoost and CatBoost (the extra `benchmark`). Homes: `dmp import SOURCE --from DIR --home HOME`, `dmp run`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dmp.predictions.metrics import evaluate
from dmp.predictions.subjects.backtest import HALVES, LATER, backtest, splits
from dmp.predictions.subjects.rows import feature_names, read_rows
from dmp.predictions.subjects.targets import BY_NAME, SubjectTarget
from dmp.settings import Home
from dmp.warehouse import connect

# target, split, metric, figure to reach, whether more is better
GOALS = (
    ("telco_churn", HALVES, "auc", 0.851, True),
    ("telco_churn", HALVES, "pr_auc", 0.670, True),
    ("telco_churn", HALVES, "log_loss", 0.410, False),
    ("telco_churn", HALVES, "repeat_ece", 0.01, False),
    ("online_shoppers", HALVES, "auc", 0.938, True),
    ("online_shoppers", HALVES, "pr_auc", 0.760, True),
    ("online_shoppers", LATER, "auc", 0.850, True),
    ("online_shoppers", LATER, "pr_auc", 0.675, True),
    ("online_shoppers", LATER, "log_loss", 0.365, False),
)
Row = tuple[str, str, float, float | None, float, bool]


def _one_hot(rows: pd.DataFrame) -> np.ndarray:
    return pd.get_dummies(rows, dtype=float).fillna(0.0).to_numpy()


def _on_numbers(make: Callable[[], Any]) -> Callable[[pd.DataFrame, np.ndarray, np.ndarray], np.ndarray]:
    def scores(rows: pd.DataFrame, labels: np.ndarray, learned: np.ndarray) -> np.ndarray:
        matrix = _one_hot(rows)
        return make().fit(matrix[learned], labels[learned]).predict_proba(matrix)[:, 1]

    return scores


def _xgboost() -> Any:
    import xgboost

    return xgboost.XGBClassifier(
        n_estimators=200, max_depth=3, learning_rate=0.05, subsample=0.8, colsample_bytree=0.8, n_jobs=1
    )


def _catboost(rows: pd.DataFrame, labels: np.ndarray, learned: np.ndarray) -> np.ndarray:
    import catboost

    texts = [name for name in rows if not pd.api.types.is_numeric_dtype(rows[name])]
    table = rows.assign(**{name: rows[name].fillna("none").astype(object) for name in texts})
    model = catboost.CatBoostClassifier(
        iterations=300, depth=4, learning_rate=0.05, cat_features=texts, verbose=0, thread_count=1,
        random_seed=0, allow_writing_files=False,
    )  # fmt: skip
    return model.fit(table.iloc[learned], labels[learned]).predict_proba(table)[:, 1]


PEERS = {
    "logistic": _on_numbers(lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))),
    "random forest": _on_numbers(
        lambda: RandomForestClassifier(500, min_samples_leaf=5, random_state=0, n_jobs=1)
    ),
    "HistGradientBoosting": _on_numbers(
        lambda: HistGradientBoostingClassifier(
            random_state=0, learning_rate=0.05, max_iter=150, max_leaf_nodes=8
        )
    ),
    "XGBoost": _on_numbers(_xgboost),
    "CatBoost": _catboost,
}


def peers(rows: pd.DataFrame, target: SubjectTarget) -> pd.DataFrame:
    """Return split, model, metric and value of every peer, on the columns of the source alone."""
    rows = rows[rows["label"].notna()].reset_index(drop=True)
    labels = rows["label"].to_numpy()
    features = rows[[name for name in feature_names(rows) if name not in target.derived]]
    found = []
    for kind, _, fold in splits(rows, target):
        for name, scores in PEERS.items():
            values = evaluate(labels[fold.held_out], scores(features, labels, fold.learned)[fold.held_out])
            found += [(kind, name, metric, value) for metric, value in values.items()]
    table = pd.DataFrame(found, columns=["split", "model", "metric", "value"])
    return table.groupby(["split", "model", "metric"], sort=False, as_index=False)["value"].mean()


def rows(homes: dict[str, Path]) -> list[Row]:
    """Return (name, metric, value, best peer, goal, reached) of every goal; `homes`: by target, homes that were run."""
    return [row for target, home in homes.items() for row in _of_target(Home.at(home), BY_NAME[target])]


def _of_target(home: Home, target: SubjectTarget) -> list[Row]:
    with connect(home, home.settings(), read_only=True) as connection:
        table = read_rows(connection, target)
    own = backtest(table, target, threads=1).set_index(["split", "model", "metric"])["value"]
    others = peers(table, target)
    found = []
    for _, split, metric, goal, is_more_better in (row for row in GOALS if row[0] == target.name):
        of_peers = others[(others["split"] == split) & (others["metric"] == metric)]["value"]
        best = None if of_peers.empty else float(of_peers.max() if is_more_better else of_peers.min())
        value = float(own[split, "blend", metric])
        reached = value >= goal if is_more_better else value <= goal
        found.append((f"{target.name}, {split}", metric, value, best, goal, bool(reached)))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--telco", type=Path, help="a home with telco_churn")
    parser.add_argument("--shoppers", type=Path, help="a home with online_shoppers")
    given = parser.parse_args()
    homes = {"telco_churn": given.telco, "online_shoppers": given.shoppers}
    for row in rows({name: home for name, home in homes.items() if home}):
        print(*row, sep="\t")
