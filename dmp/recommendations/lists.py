"""From recalled candidates to ranked lists; the same steps in a back-test and in serving."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.features import candidate_features
from dmp.recommendations.filters.parting import REMOVED_COLUMNS
from dmp.recommendations.learnt_ranker import LearntRanker
from dmp.recommendations.ordering import position_in_group
from dmp.recommendations.ranking import fused_score
from dmp.recommendations.recipe import FILTERS, Filter
from dmp.recommendations.reranking import reranked
from dmp.recommendations.value import with_value


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
    context: Context, recalled: pd.DataFrame, ranker: LearntRanker | None, is_served: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Filter and rank what was recalled; return (ranked, removed).

    Ranked are all candidates left, sorted by person and `recommendation_rank` (from 1, see `reranked`), with `score`
    (0..1, comparable within a list only), `probability`, `margin`, `attraction`, `value`, `score_rank` and
    `rerank_rule`.
    """
    filters = [rule for rule in FILTERS if is_served or rule.has_history]
    candidates, removed = filtered(context, recalled, filters)
    return reranked(context, by_score(scored(context, candidates, ranker))), removed


def scored(context: Context, candidates: pd.DataFrame, ranker: LearntRanker | None) -> pd.DataFrame:
    """Return candidates with score, probability, margin, attraction and value.

    Without a ranker, and always for people without consent or held out, channels are blended and there is no
    probability: a learnt score would look at the person.
    """
    if ranker is None or candidates.empty:
        blended = candidates.assign(score=fused_score(candidates), probability=np.nan)
        return with_value(blended, context.worth)
    return learnt_scores(context, candidates, ranker, candidate_features(context, candidates))


def learnt_scores(
    context: Context, candidates: pd.DataFrame, ranker: LearntRanker, features: pd.DataFrame
) -> pd.DataFrame:
    """Return `scored` candidates of which the features are known already."""
    score, probability = ranker.scored(features)
    strangers = np.flatnonzero(~context.is_personal(candidates["user_key"].to_numpy()))
    score[strangers] = fused_score(candidates.iloc[strangers])
    probability[strangers] = np.nan
    return with_value(candidates.assign(score=score, probability=probability), context.worth)


def by_score(candidates: pd.DataFrame) -> pd.DataFrame:
    """Return candidates sorted by person and recommendation_rank, the place by score; equal scores go by item."""
    order = np.lexsort((candidates["item_key"], -candidates["score"], candidates["user_key"]))
    candidates = candidates.iloc[order].reset_index(drop=True)
    candidates["recommendation_rank"] = position_in_group(candidates["user_key"].to_numpy())
    return candidates
