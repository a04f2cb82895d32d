"""Why a score is what it is: exact parts in log-odds that add up to it; no score is changed here.

Lines give coefficient times input, trees give TreeSHAP as LightGBM's `pred_contrib` does (Lundberg et al. 2020, "From
local explanations to global understanding with explainable AI for trees", Nature Machine Intelligence 2); a blend
weighs them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.predictions.champions import Champion

STORED_PARTS = 8
OTHER = "(other features)"
COLUMNS = ["user_key", "target", "feature", "feature_value", "contribution", "part_rank"]


def explain(model: Champion, metrics: pd.DataFrame, parts: int = STORED_PARTS) -> pd.DataFrame:
    """Return why each person of `metrics` (one row per user_key; one person is enough) has their score.

    Grain (user_key, feature), `part_rank` from 1: the `parts` largest features, then the sum of the others and the
    parts that are no feature (base value, people alike, calibration), in parentheses. `contribution` is in log-odds
    (natural); a person's contributions sum to the log-odds of the published score. `feature_value` is NULL where
    undefined.
    """
    people = metrics.sort_values("user_key", ignore_index=True)
    if people.empty:
        return pd.DataFrame(columns=COLUMNS)
    table = model.blend.parts(people)
    features = sorted(name for name in table.columns if not name.startswith("("))
    others = sorted(name for name in table.columns if name.startswith("("))
    by_feature = table[features].to_numpy()
    shown = min(parts, len(features))
    order = np.argsort(-np.abs(by_feature), axis=1, kind="stable")[:, :shown]
    largest = np.take_along_axis(by_feature, order, axis=1)
    rest = by_feature.sum(axis=1) - largest.sum(axis=1)
    values = people[features].apply(pd.to_numeric, errors="coerce").to_numpy(dtype="float64")
    names = np.array([*features, OTHER, *others], dtype=object)
    sums = np.tile(np.arange(1 + len(others)) + len(features), (len(people), 1))
    unnamed = np.full(sums.shape, np.nan)
    count = shown + sums.shape[1]
    return pd.DataFrame(
        {
            "user_key": np.repeat(people["user_key"].to_numpy(), count),
            "target": model.target,
            "feature": names[np.hstack([order, sums]).ravel()],
            "feature_value": np.hstack([np.take_along_axis(values, order, axis=1), unnamed]).ravel(),
            "contribution": np.hstack([largest, rest[:, None], table[others].to_numpy()]).ravel(),
            "part_rank": np.tile(np.arange(1, count + 1), len(people)),
        }
    )
