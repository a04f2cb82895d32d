"""The stage from end to end: learn on past cuts, measure on the next one, serve everyone with a profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from dmp.recommendations import facts
from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context, Vectors, context_as_known
from dmp.recommendations.cuts import Cuts, ranking_cuts, weekly_cut
from dmp.recommendations.evaluation import recommendation_metrics
from dmp.recommendations.lists import ranked_candidates
from dmp.recommendations.model import Ranker, ranker_of
from dmp.recommendations.outcomes import outcomes_after
from dmp.recommendations.recipe import CHANNELS
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

    recommendations: as_of_date, user_key, user_id, item_id, item_name, recommendation_rank, score, channels,
    reason, parts; recommendation_fates: as_of_date, user_key, item_id, stage, rule, detail, one row per
    candidate not listed; recommendation_metrics and recommendation_models. The ranker learns from facts as
    known on the evaluation cut (one window before the last Sunday, unless given) and is the one that is
    measured and served; lists are made of what is known on `as_of_date`. Without `vectors_as_of` the
    factorisation channel is empty.
    """

    def known(cut: date) -> Context:
        vectors = Vectors(**vectors_as_of(cut)) if vectors_as_of else None
        return context_as_known(connection, cut, as_of_date, vectors)

    first_date, _ = facts.log_extent(connection, as_of_date)
    last_date = weekly_cut(first_date, as_of_date)
    _, day_count = facts.log_extent(connection, last_date)
    cuts = ranking_cuts(first_date, day_count, last_date, evaluation_cut)
    ranker = ranker_of(home.models / "ranker", learnt_from(connection, known, cuts), cuts, settings.threads)
    metrics = measured(connection, known, cuts, ranker, max(last_date, cuts.window_end(cuts.evaluation)))
    recommendations, fates = serve(known(as_of_date), as_of_date, ranker, settings)
    return {
        "recommendations": recommendations,
        "recommendation_fates": fates,
        "recommendation_metrics": metrics,
        "recommendation_models": ranker.described(),
    }


def learnt_from(
    connection: duckdb.DuckDBPyConnection, known: Callable[[date], Context], cuts: Cuts
) -> TrainingRows:
    """Return the rows of all training cuts; their outcomes are those known on the evaluation cut."""
    rows = []
    for cut in cuts.training:
        context = known(cut)
        outcomes = outcomes_after(connection, cut, cuts.window_end(cut), cuts.evaluation)
        rows.append(training_rows(context, outcomes[outcomes["is_known"]]))
    return joined(rows)


def measured(
    connection: duckdb.DuckDBPyConnection,
    known: Callable[[date], Context],
    cuts: Cuts,
    ranker: Ranker,
    known_on: date,
) -> pd.DataFrame:
    """Return `recommendation_metrics` of the lists, of the blend without learning, and of each channel."""
    context = known(cuts.evaluation)
    outcomes = outcomes_after(connection, cuts.evaluation, cuts.window_end(cuts.evaluation), known_on)
    context = context.joined_by(outcomes["user_key"].unique())
    buyers = np.sort(outcomes.loc[outcomes["purchase_count"] > 0, "user_key"].unique())
    recalled = recall_candidates(context, pd.DataFrame({"user_key": buyers}), CHANNELS)
    lists = {}
    for name, booster in (("recommended", ranker.booster), ("blended", None)):
        ranked, _ = ranked_candidates(context, recalled, booster, is_served=False)
        lists[name] = ranked.rename(columns={"recommendation_rank": "list_rank"})
    for channel in CHANNELS:
        rows = recalled[recalled[f"{channel.name}_rank"].notna()]
        lists[channel.name] = rows.rename(columns={f"{channel.name}_rank": "list_rank"})
    return recommendation_metrics(context, lists, outcomes, cuts.window_days)
