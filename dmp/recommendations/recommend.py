"""The stage from end to end: learn on past cuts, measure on the next one, serve everyone with a profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from dmp.recommendations import facts
from dmp.recommendations.calibration_check import calibration_metrics, recommendation_calibration
from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.channel_evaluation import recommendation_channels
from dmp.recommendations.click_weights import logged_impressions, weights_of_clicks
from dmp.recommendations.context import Context, Vectors, context_as_known
from dmp.recommendations.cuts import Cuts, ranking_cuts, weekly_cut
from dmp.recommendations.evaluation import recommendation_metrics
from dmp.recommendations.held_out import HeldOut, bought, held_out, is_apart, known_people, sampled_candidates
from dmp.recommendations.lists import by_score, ranked_candidates, scored
from dmp.recommendations.model import Ranker, ranker_of
from dmp.recommendations.outcomes import outcomes_after
from dmp.recommendations.recipe import CHANNELS, FILTERS
from dmp.recommendations.removals import rule_values
from dmp.recommendations.serving import serve
from dmp.recommendations.trade_offs import recommendation_trade_offs
from dmp.recommendations.training import TrainingRows, joined, training_rows
from dmp.settings import Home, Settings

# Gives the tables `item_vectors` and `user_vectors` as of a day.
VectorsAsOf = Callable[[date], dict[str, pd.DataFrame]]


def recommend_all(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    settings: Settings,
    as_of_date: date,
    *,
    vectors_as_of: VectorsAsOf | None = None,
    evaluation_cut: date | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the stage's tables by name.

    recommendations: as_of_date, user_key, user_id, item_id, item_name, recommendation_rank, score,
    probability, margin, attraction, value, channels, reason, reason_zh, parts; recommendation_fates: as_of_date,
    user_key, item_id, stage, rule, detail, score, value, would_be_rank, further_rules, one row per candidate not
    listed; recommendation_rules, one row per rule; recommendation_metrics, _channels, _calibration, _trade_offs
    and recommendation_models. The ranker learns from facts as
    known on the evaluation cut (one window before the last Sunday, unless given) and is the one that is
    measured and served; lists are made of what is known on `as_of_date`. Without `vectors_as_of` the
    factorisation channel is empty.
    """

    def known(cut: date) -> Context:
        vectors = Vectors(**vectors_as_of(cut)) if vectors_as_of else None
        return context_as_known(connection, cut, as_of_date, vectors, settings)

    first_date, _ = facts.log_extent(connection, as_of_date)
    last_date = weekly_cut(first_date, as_of_date)
    _, day_count = facts.log_extent(connection, last_date)
    cuts = ranking_cuts(first_date, day_count, last_date, evaluation_cut)
    rows, apart = learnt_from(connection, known, cuts)
    ranker = ranker_of(home.models / "ranker", rows, apart, cuts, settings.threads)
    metrics = measured(connection, known, cuts, ranker, max(last_date, cuts.window_end(cuts.evaluation)))
    served = known(as_of_date)
    recommendations, fates = serve(served, as_of_date, ranker, settings)
    return {
        "recommendations": recommendations,
        "recommendation_fates": fates,
        "recommendation_rules": rule_values(
            fates, FILTERS, settings.list_rules, settings.list_length, as_of_date
        ),
        **metrics,
        "recommendation_models": ranker.described().assign(margin_basis=served.worth.basis),
    }


def learnt_from(
    connection: duckdb.DuckDBPyConnection, known: Callable[[date], Context], cuts: Cuts
) -> tuple[TrainingRows, HeldOut]:
    """Return the rows of all training cuts, without those of people who are apart on the newest one, and theirs.

    Outcomes are those known on the evaluation cut.
    """
    impressions = logged_impressions(connection, cuts.evaluation)
    rows, apart = [], HeldOut(pd.DataFrame(), np.empty(0, dtype=bool))
    for cut in cuts.training:
        context = known(cut)
        outcomes = outcomes_after(connection, cut, cuts.window_end(cut), cuts.evaluation)
        outcomes = outcomes[outcomes["is_known"]]
        if cut == cuts.training[-1]:
            apart = held_out(context, outcomes)
            outcomes = outcomes[~is_apart(outcomes["user_key"].to_numpy())]
        clicks = weights_of_clicks(context, impressions, cuts.window_end(cut))
        rows.append(training_rows(context, outcomes, clicks))
    return joined(rows), apart


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
    buyers = np.sort(outcomes.loc[outcomes["purchase_count"] > 0, "user_key"].unique())
    recalled = recall_candidates(context, pd.DataFrame({"user_key": buyers}), CHANNELS)
    lists = {}
    for name, learnt in (("recommended", ranker.learnt), ("blended", None)):
        ranked, _ = ranked_candidates(context, recalled, learnt, is_served=False)
        lists[name] = ranked.rename(columns={"recommendation_rank": "list_rank"})
    for channel in CHANNELS:
        rows = recalled[recalled[f"{channel.name}_place"].notna()]
        lists[channel.name] = rows.rename(columns={f"{channel.name}_place": "list_rank"})
    bins, people_count = calibrated(context, outcomes, ranker, cuts.window_days)
    metrics = recommendation_metrics(context, lists, outcomes, cuts.window_days)
    ordered = by_score(lists["recommended"].drop(columns="list_rank"))
    return {
        "recommendation_metrics": pd.concat(
            [metrics, calibration_metrics(bins, people_count)], ignore_index=True
        ),
        "recommendation_channels": recommendation_channels(
            context,
            recalled,
            outcomes,
            {channel.name: channel.quota for channel in CHANNELS},
            cuts.window_days,
        ),
        "recommendation_calibration": bins,
        "recommendation_trade_offs": recommendation_trade_offs(context, ordered, outcomes, cuts.window_days),
    }


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
