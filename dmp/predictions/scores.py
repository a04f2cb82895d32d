"""Today's score of each person: probability, band and, where there is none, the reason."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.predictions.champions import Champion
from dmp.predictions.targets import Target

BANDS = np.array(["E", "D", "C", "B", "A"], dtype=object)
COLUMNS = ["user_key", "target", "score", "score_band", "reason"]


def score(model: Champion, user_metrics: pd.DataFrame, target: Target, threads: int) -> pd.DataFrame:
    """Return one row per identified person of `user_metrics`, sorted by user_key: COLUMNS.

    `score` is a calibrated probability in 0..1. `score_band` is its fifth among the people scored now, A the
    highest; equal scores share the higher band. People outside the population have a reason.
    Features are matched by name; raises DmpError on missing or unknown metrics.
    """
    people = user_metrics.sort_values("user_key", ignore_index=True)
    inside = target.population(people).to_numpy(dtype=bool)
    scores = np.full(len(people), np.nan)
    scores[inside] = model.probabilities(people[inside], threads)
    reason = pd.Series([None if kept else target.outside for kept in inside], dtype="str")
    return _table(people["user_key"], target.name, pd.Series(scores), reason)


def withheld(user_metrics: pd.DataFrame, target: Target, reason: str) -> pd.DataFrame:
    """Return the rows of `score` when there is no model: no score and no band, but the reason."""
    keys = user_metrics["user_key"].sort_values(ignore_index=True)
    nothing = pd.Series(np.full(len(keys), np.nan))
    return _table(keys, target.name, nothing, pd.Series([reason] * len(keys), dtype="str"))


def _table(keys: pd.Series, target: str, scores: pd.Series, reason: pd.Series) -> pd.DataFrame:
    share_at_or_below = scores.rank(pct=True, method="max")
    fifth = np.clip(np.ceil(share_at_or_below.fillna(1) * 5).astype(int) - 1, 0, 4)
    band = pd.Series(BANDS[fifth], dtype="str").mask(scores.isna())
    name = pd.Series([target] * len(keys), dtype="str")
    columns = {"user_key": keys, "target": name, "score": scores, "score_band": band, "reason": reason}
    return pd.DataFrame(columns)[COLUMNS]
