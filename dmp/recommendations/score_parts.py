"""What a listed item's score is made of, as JSON: its rank in each channel, and the ranker's largest
contributions.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.features import candidate_features
from dmp.recommendations.learnt_ranker import LearntRanker
from dmp.recommendations.recipe import CHANNELS

# A contribution costs about a hundred predictions, so only the head of a list has them, and only the largest
# few.
EXPLAINED_RANKS = 3
_LARGEST = 5


def score_parts(
    context: Context, listed: pd.DataFrame, ranker: LearntRanker | None, people: np.ndarray
) -> list[str]:
    """Return one JSON text per listed item: `channel_ranks`, and `contributions` for the head of the lists of
    `people`.

    Contributions add up to the ranker's score before the logistic function (TreeSHAP, Lundberg et al. 2020).
    """
    names = [channel.name for channel in CHANNELS]
    ranks = np.nan_to_num(listed[[f"{name}_rank" for name in names]].to_numpy(), nan=0).astype(int).tolist()
    texts = [
        {"channel_ranks": {name: rank for name, rank in zip(names, row, strict=True) if rank}}
        for row in ranks
    ]
    is_head = listed["user_key"].isin(people) & (listed["recommendation_rank"] <= EXPLAINED_RANKS)
    rows = np.flatnonzero(is_head)
    if ranker is not None and len(rows):
        for row, largest in zip(rows, contributions(context, listed.iloc[rows], ranker), strict=True):
            texts[row]["contributions"] = largest
    return [json.dumps(text) for text in texts]


def contributions(context: Context, listed: pd.DataFrame, ranker: LearntRanker) -> list[dict[str, float]]:
    """Return the largest contributions by feature, largest first, for each listed item."""
    names = ranker.feature_name()
    values = ranker.predict(candidate_features(context, listed), pred_contrib=True)[:, :-1]
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :_LARGEST]
    return [
        {names[place]: round(float(row[place]), 4) for place in places}
        for row, places in zip(values, order, strict=True)
    ]
