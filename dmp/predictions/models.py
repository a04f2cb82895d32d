"""The boosted trees: their parameters, features by name and held-out scores; nothing is stored here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.training_rows import KEYS
from dmp.settings import DmpError

FOLD_COUNT = 3
MAXIMUM_ROUNDS = 80  # bounds the weekly cost: 108,000 rows of 50 metrics take about 5 s a vintage
PATIENCE_ROUNDS = 10
# One thread per booster, vintages side by side: two threads inside one wait for each other actively, which
# cost 30 s instead of 4 on a busy machine. So a model's bytes do not depend on the settings' threads either.
# Small trees, a third of the features each: on a few thousand people with 70 related metrics larger trees
# lost AUC on the window after (0.754 against 0.757, churn on Online Retail).
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 4,
    "learning_rate": 0.1,
    "feature_fraction": 0.3,
    "lambda_l2": 10.0,
    "path_smooth": 50.0,
    "max_bin": 63,
    "bin_construct_sample_cnt": 20_000,
    "seed": 7,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
LARGEST_LEAF_MINIMUM = 200


@dataclass(frozen=True)
class Trees:
    """Fitted trees as LightGBM's text; each training row's log-odds from trees that never saw its person."""

    text: str
    round_count: int
    held_out: np.ndarray


def feature_names(table: pd.DataFrame) -> tuple[str, ...]:
    """Return every numeric metric of `table`, in alphabetical order."""
    numeric = table.select_dtypes(include="number").columns
    return tuple(sorted(str(name) for name in numeric if name not in KEYS))


def feature_matrix(table: pd.DataFrame, features: Sequence[str]) -> np.ndarray:
    """Return one float row per person in the order of `features`, by name; NaN where undefined or infinite.

    Raises DmpError naming columns that are missing or that the model has never seen.
    """
    missing = sorted(set(features) - set(table.columns))
    unknown = sorted(set(feature_names(table)) - set(features))
    if missing or unknown:
        raise DmpError(
            f"metrics do not fit the model: missing {missing or 'none'}, unknown {unknown or 'none'}"
        )
    matrix = table[list(features)].astype("float64").to_numpy()
    return np.where(np.isfinite(matrix), matrix, np.nan)


def fit_trees(rows: pd.DataFrame, features: Sequence[str]) -> Trees:
    """Fit on training rows; the number of rounds is the mean of early stops over folds of people."""
    import lightgbm

    parameters = {**PARAMETERS, "min_data_in_leaf": min(LARGEST_LEAF_MINIMUM, max(5, len(rows) // 50))}
    matrix, labels = feature_matrix(rows, features), rows["label"].to_numpy()
    fold = np.unique(rows["user_key"].to_numpy(), return_inverse=True)[1] % FOLD_COUNT
    data = lightgbm.Dataset(
        matrix, labels, feature_name=list(features), params=parameters, free_raw_data=False
    ).construct()
    boosters = [_fold_booster(data, fold == number, parameters) for number in range(FOLD_COUNT)]
    round_count = max(1, round(np.mean([booster.best_iteration for booster in boosters])))
    held_out = np.zeros(len(rows))
    for number, booster in enumerate(boosters):
        held_out[fold == number] = booster.predict(
            matrix[fold == number], raw_score=True, num_iteration=round_count
        )
    final = lightgbm.train(parameters, data, round_count)
    return Trees(final.model_to_string(), round_count, held_out)


def raw_scores(text: str, matrix: np.ndarray, threads: int) -> np.ndarray:
    """Return the log-odds of each row of `matrix`."""
    import lightgbm

    booster = lightgbm.Booster(model_str=text)
    return (
        np.asarray(booster.predict(matrix, raw_score=True, num_threads=threads))
        if len(matrix)
        else np.zeros(0)
    )


def _fold_booster(data: Any, is_held_out: np.ndarray, parameters: dict[str, Any]) -> Any:
    import lightgbm

    return lightgbm.train(
        parameters,
        data.subset(np.flatnonzero(~is_held_out)),
        MAXIMUM_ROUNDS,
        valid_sets=[data.subset(np.flatnonzero(is_held_out))],
        callbacks=[lightgbm.early_stopping(PATIENCE_ROUNDS, verbose=False)],
    )
