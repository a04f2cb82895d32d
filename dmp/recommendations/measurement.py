"""How good lists are on the evaluation cut: of everyone who bought in its window, some people at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from dmp.recommendations.calibration_check import calibration_metrics, recommendation_calibration
from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.channel_evaluation import ChannelHits, channel_hits, recommendation_channels
from dmp.recommendations.context import Context
from dmp.recommendations.cuts import Cuts
from dmp.recommendations.evaluation import Heads, heads, joined_heads, recommendation_metrics
from dmp.recommendations.held_out import bought, known_people, sampled_candidates
from dmp.recommendations.lists import by_score, filtered, scored
from dmp.recommendations.model import Ranker
from dmp.recommendations.outcomes import outcomes_after
from dmp.recommendations.recipe import CHANNELS, FILTERS
from dmp.recommendations.reranking import reranked
from dmp.recommendations.serving import BLOCK_OF_PEOPLE
from dmp.recommendations.trade_offs import MOST_PEOPLE, recommendation_trade_offs

QUOTAS = {channel.name: channel.quota for channel in CHANNELS}


def measured(
    connection: duckdb.DuckDBPyConnection,
    known: Callable[[date], Context],
    cuts: Cuts,
    ranker: Ranker,
    known_on: date,
) -> dict[str, pd.DataFrame]:
    """Return `recommendation_metrics` of the lists, of the blend without learning, and of each channel's own order of
    the candidates; what each channel brings; and what becomes of the lists under other aims.
    """
    context = known(cuts.evaluation)
    outcomes = outcomes_after(connection, cuts.evaluation, cuts.window_end(cuts.evaluation), known_on)
    context = context.joined_by(outcomes["user_key"].unique())
    found, hits, tried = _measured_lists(context, outcomes, ranker)
    bins, people_count = calibrated(context, outcomes, ranker, cuts.window_days)
    metrics = recommendation_metrics(context, found, outcomes, cuts.window_days)
    return {
        "recommendation_metrics": pd.concat(
            [metrics, calibration_metrics(bins, people_count)], ignore_index=True
        ),
        "recommendation_channels": recommendation_channels(context, hits, outcomes, QUOTAS, cuts.window_days),
        "recommendation_calibration": bins,
        "recommendation_trade_offs": recommendation_trade_offs(context, tried, outcomes, cuts.window_days),
    }


def _measured_lists(
    context: Context, outcomes: pd.DataFrame, ranker: Ranker
) -> tuple[dict[str, Heads], list[ChannelHits], pd.DataFrame]:
    """Return the first items of every list by its name, what the channels found, and the candidates by score of those
    people with whom other aims are tried.
    """
    buyers = np.sort(context.judged_outcome.reached(outcomes)["user_key"].unique())
    found: dict[str, list[Heads]] = defaultdict(list)
    hits, tried = [], []
    for start in range(0, max(1, len(buyers)), BLOCK_OF_PEOPLE):
        people = pd.DataFrame({"user_key": buyers[start : start + BLOCK_OF_PEOPLE]})
        recalled = recall_candidates(context, people, CHANNELS)
        hits.append(channel_hits(context, recalled, outcomes, list(QUOTAS)))
        for name, lists in _lists(context, recalled, ranker).items():
            found[name].append(heads(context, lists))
            if name == "recommended":
                is_tried = lists["user_key"].isin(buyers[:MOST_PEOPLE])
                tried.append(by_score(lists[is_tried].drop(columns="list_rank")))
    joined = {name: joined_heads(parts) for name, parts in found.items()}
    return joined, hits, pd.concat(tried, ignore_index=True)


def _lists(context: Context, recalled: pd.DataFrame, ranker: Ranker) -> dict[str, pd.DataFrame]:
    """Return the learnt lists, the blended ones, and each channel's own, with list_rank."""
    lists = {}
    candidates, _ = filtered(context, recalled, [rule for rule in FILTERS if rule.has_history])
    for name, learnt in (("recommended", ranker.learnt), ("blended", None)):
        ranked = reranked(context, by_score(scored(context, candidates, learnt)))
        lists[name] = ranked.rename(columns={"recommendation_rank": "list_rank"})
    for channel in CHANNELS:
        rows = recalled.loc[
            recalled[f"{channel.name}_place"].notna(), ["user_key", "item_key", f"{channel.name}_place"]
        ]
        lists[channel.name] = rows.rename(columns={f"{channel.name}_place": "list_rank"})
    return lists


def calibrated(
    context: Context, outcomes: pd.DataFrame, ranker: Ranker, window_days: int
) -> tuple[pd.DataFrame, int]:
    """Return `recommendation_calibration` and the number of people that it is of: those known by the cut, who bought
    or not.
    """
    candidates = sampled_candidates(context, known_people(context))
    ranked = by_score(scored(context, candidates, ranker.learnt))
    ranked = ranked.assign(is_bought=bought(context, ranked, outcomes))
    listed = ranked[ranked["recommendation_rank"] <= context.list_length]
    bins = recommendation_calibration(context, {"candidates": ranked, "recommended": listed}, window_days)
    return bins, ranked["user_key"].nunique()
