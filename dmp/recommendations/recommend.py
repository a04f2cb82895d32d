"""The stage from end to end: learn on past cuts, measure on the next one, serve everyone with a profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import duckdb
import numpy as np
import pandas as pd

from dmp.recommendations import facts
from dmp.recommendations.click_weights import logged_impressions, weights_of_clicks
from dmp.recommendations.context import Context, Vectors, context_as_known
from dmp.recommendations.cuts import Cuts, ranking_cuts, weekly_cut
from dmp.recommendations.held_out import HeldOut, held_out, is_apart
from dmp.recommendations.measurement import measured
from dmp.recommendations.model import ranker_of
from dmp.recommendations.outcomes import outcomes_after
from dmp.recommendations.recipe import FILTERS
from dmp.recommendations.removals import rule_values
from dmp.recommendations.serving import serve
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

    def known(cut: date, gap_days: int = 0) -> Context:
        vectors = Vectors(**vectors_as_of(cut)) if vectors_as_of else None
        learnt_on = known(cut - timedelta(days=gap_days)) if gap_days else None
        return context_as_known(connection, cut, as_of_date, vectors, settings, learnt_on=learnt_on)

    first_date, _ = facts.log_extent(connection, as_of_date)
    last_date = weekly_cut(first_date, as_of_date)
    _, day_count = facts.log_extent(connection, last_date)
    cuts = ranking_cuts(first_date, day_count, last_date, evaluation_cut, settings.list_evaluation)
    past = partial(known, gap_days=cuts.gap_days)
    rows, apart = learnt_from(connection, past, cuts)
    ranker = ranker_of(home.models / "ranker", rows, apart, cuts, settings.threads)
    metrics = measured(connection, past, cuts, ranker, max(last_date, cuts.window_end(cuts.evaluation)))
    served = known(as_of_date)
    recommendations, fates = serve(served, as_of_date, ranker, settings)
    return {
        "recommendations": recommendations,
        "recommendation_fates": fates,
        "recommendation_rules": rule_values(
            fates, FILTERS, settings.list_rules, settings.list_length, as_of_date
        ),
        **metrics,
        "recommendation_models": ranker.described().assign(
            judged_by=served.judged_outcome.name, margin_basis=served.worth.basis
        ),
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
