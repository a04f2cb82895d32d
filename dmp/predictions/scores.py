"""Today's score of each person: probability, band and, where there is none, the reason."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.predictions.champions import Champion
from dmp.predictions.targets import Target

BANDS = np.array(["E", "D", "C", "B", "A"], dtype=object)
COLUMNS = ["user_key", "target", "score", "expected_amount", "score_band", "reason"]


def score(model: Champion, user_metrics: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Return one row per identified person of `user_metrics`, sorted by user_key: COLUMNS.

    `score` is a calibrated probability in 0..1 and NULL for amounts; `expected_amount` is an amount in the label's
    unit and NULL for chances. `score_band` is the fifth among the people scored now, A the highest; equal scores
    share the higher band. People outside the population, or unlike anyone learned from, have a reason instead.
    Features are matched by name; raises DmpError on missing metrics.
    """
    people = user_metrics.sort_values("user_key", ignore_index=True)
    inside = target.population(people).to_numpy(dtype=bool)
    reasons = pd.Series([None if kept else target.outside for kept in inside], dtype="str")
    reasons[inside] = model.support.reasons(people[inside])
    scored = reasons.isna().to_numpy()
    numbers = np.full(len(people), np.nan)
    if scored.any():
        numbers[scored] = model.blend.predict(people[scored])
    return _table(people["user_key"], target, pd.Series(numbers), reasons)


def withheld(user_metrics: pd.DataFrame, target: Target, reason: str) -> pd.DataFrame:
    """Return the rows of `score` when there is no model: no score and no band, but the reason."""
    keys = user_metrics["user_key"].sort_values(ignore_index=True)
    nothing = pd.Series(np.full(len(keys), np.nan))
    return _table(keys, target, nothing, pd.Series([reason] * len(keys), dtype="str"))


def _table(keys: pd.Series, target: Target, numbers: pd.Series, reason: pd.Series) -> pd.DataFrame:
    share_at_or_below = numbers.rank(pct=True, method="max")
    fifth = np.clip(np.ceil(share_at_or_below.fillna(1) * 5).astype(int) - 1, 0, 4)
    band = pd.Series(BANDS[fifth], dtype="str").mask(numbers.isna())
    nothing = pd.Series(np.full(len(keys), np.nan))
    is_chance = target.answer == "chance"
    columns = {
        "user_key": keys,
        "target": pd.Series([target.name] * len(keys), dtype="str"),
        "score": numbers if is_chance else nothing,
        "expected_amount": nothing if is_chance else numbers,
        "score_band": band,
        "reason": reason,
    }
    return pd.DataFrame(columns)[COLUMNS]
