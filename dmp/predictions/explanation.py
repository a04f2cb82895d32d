"""Why a score is what it is: exact parts in log-odds that add up to it; no score is changed here.

TreeSHAP (Lundberg et al. 2020, "From local explanations to global understanding with explainable AI for
trees", Nature Machine Intelligence 2, methods) as computed by LightGBM's `pred_contrib`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.predictions.calibration import log_odds
from dmp.predictions.champions import Champion
from dmp.predictions.models import feature_matrix

STORED_PARTS = 8
OTHER, BASE, CALIBRATION = "(other features)", "(base value)", "(calibration)"
COLUMNS = ["user_key", "target", "feature", "feature_value", "contribution", "part_rank"]


def explain(model: Champion, metrics: pd.DataFrame, threads: int, parts: int = STORED_PARTS) -> pd.DataFrame:
    """Return why each person of `metrics` (one row per user_key; one person is enough) has their score.

    Grain (user_key, feature), `part_rank` from 1 by size: the `parts` largest features, then the sum of the
    others, the base value and what calibration adds. `contribution` is in log-odds (natural); a person's
    contributions sum to the log-odds of the published score. `feature_value` is NULL where undefined.
    """
    people = metrics.sort_values("user_key")
    if people.empty:
        return pd.DataFrame(columns=COLUMNS)
    matrix = feature_matrix(people, model.features)
    shap = _contributions(model.text, matrix, threads)
    raw = shap.sum(axis=1)
    by_feature, base = shap[:, :-1], shap[:, -1]
    shown = min(parts, len(model.features))
    order = np.argsort(-np.abs(by_feature), axis=1, kind="stable")[:, :shown]
    largest = np.take_along_axis(by_feature, order, axis=1)
    rest = by_feature.sum(axis=1) - largest.sum(axis=1)
    added = log_odds(model.calibration.score(raw)) - raw
    unnamed = np.full((len(people), 3), np.nan)
    names = np.array([*model.features, OTHER, BASE, CALIBRATION], dtype=object)
    sums = np.tile(np.arange(3) + len(model.features), (len(people), 1))
    return pd.DataFrame(
        {
            "user_key": np.repeat(people["user_key"].to_numpy(), shown + 3),
            "target": model.target,
            "feature": names[np.hstack([order, sums]).ravel()],
            "feature_value": np.hstack([np.take_along_axis(matrix, order, axis=1), unnamed]).ravel(),
            "contribution": np.hstack([largest, np.stack([rest, base, added], axis=1)]).ravel(),
            "part_rank": np.tile(np.arange(1, shown + 4), len(people)),
        }
    )


def importance(model: Champion) -> pd.DataFrame:
    """Return feature and gain (its share of the training loss saved, summing to 1), largest first."""
    import lightgbm

    booster = lightgbm.Booster(model_str=model.text)
    gain = pd.Series(booster.feature_importance("gain"), index=booster.feature_name(), name="gain")
    share = (gain / max(gain.sum(), 1e-12)).rename_axis("feature").reset_index()
    return share.sort_values(["gain", "feature"], ascending=[False, True], ignore_index=True)


def _contributions(text: str, matrix: np.ndarray, threads: int) -> np.ndarray:
    """One row per person: a column per feature and the base value last, in log-odds."""
    import lightgbm

    booster = lightgbm.Booster(model_str=text)
    return np.asarray(booster.predict(matrix, pred_contrib=True, num_threads=threads))
