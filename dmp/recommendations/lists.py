"""From recalled candidates to ranked lists; the same steps in a back-test and in serving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.features import candidate_features
from dmp.recommendations.filters import REMOVED_COLUMNS
from dmp.recommendations.ordering import position_in_group
from dmp.recommendations.ranking import fused_score
from dmp.recommendations.recipe import FILTERS, Filter


def filtered(
    context: Context, candidates: pd.DataFrame, filters: Sequence[Filter]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply the filters in order; return the candidates left and all that was removed (REMOVED_COLUMNS)."""
    removals = [pd.DataFrame(columns=REMOVED_COLUMNS).astype({"user_key": "int64", "item_key": "int32"})]
    for rule in filters:
        candidates, removed = rule.apply(context, candidates)
        removals.append(removed)
    return candidates, pd.concat([rows for rows in removals if len(rows)] or removals, ignore_index=True)


def ranked_candidates(
    context: Context, recalled: pd.DataFrame, ranker: Any | None, is_served: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Filter and rank what was recalled; return (ranked, removed).

    Ranked are all candidates left, with `score` (0..1, comparable within a list only) and
    `recommendation_rank`, from 1, sorted by person and rank. Without a ranker, and always for people without
    consent, channels are blended: a learnt score would look at the person.
    """
    filters = [rule for rule in FILTERS if is_served or rule.has_history]
    candidates, removed = filtered(context, recalled, filters)
    candidates = candidates.assign(score=scores(context, candidates, ranker))
    order = np.lexsort((candidates["item_key"], -candidates["score"], candidates["user_key"]))
    candidates = candidates.iloc[order].reset_index(drop=True)
    candidates["recommendation_rank"] = position_in_group(candidates["user_key"].to_numpy())
    return candidates, removed


def scores(context: Context, candidates: pd.DataFrame, ranker: Any | None) -> np.ndarray:
    """Return one score in 0..1 per candidate: the ranker's, through the logistic function, or the blended
    one.
    """
    blended = fused_score(candidates)
    if ranker is None or candidates.empty:
        return blended
    features = candidate_features(context, candidates)[ranker.feature_name()]
    learnt = 1 / (1 + np.exp(-ranker.predict(features)))
    is_consented = context.people["is_consented"].to_numpy(dtype=bool)
    return np.where(is_consented[context.positions(candidates["user_key"].to_numpy())], learnt, blended)
