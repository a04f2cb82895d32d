"""How good lists are against what people bought after the cut."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context

NDCG_DEPTH, RECALL_DEPTH = 10, 20
METRICS = {
    "list_name": "str", "population": "str", "metric": "str", "value": "float64", "evaluation_cut": "object",
    "window_days": "int64", "population_count": "int64",
}  # fmt: skip


def list_metrics(
    context: Context, lists: pd.DataFrame, bought: pd.DataFrame, people: np.ndarray
) -> dict[str, float]:
    """Return ndcg_at_10, recall_at_20 and coverage of `lists` (user_key, item_key, list_rank).

    Means over all `people` (each bought something), against all they bought (`bought`: user_key, item_key),
    the full catalogue; one without a list counts 0. NDCG after Järvelin and Kekäläinen (2002), gain 1 for
    each bought item. Coverage: share of the items known on the cut that stand in some person's first 20.
    """
    lists = lists[lists["user_key"].isin(people) & (lists["list_rank"] <= RECALL_DEPTH)]
    bought = bought[bought["user_key"].isin(people)]
    hits = lists[np.isin(context.codes(lists), context.codes(bought))]
    bought_count = bought.groupby("user_key").size().reindex(people)
    first = hits[hits["list_rank"] <= NDCG_DEPTH]
    gain = (1 / np.log2(first["list_rank"] + 1)).groupby(first["user_key"]).sum().reindex(people).fillna(0)
    ideal = np.cumsum(1 / np.log2(np.arange(NDCG_DEPTH) + 2))[bought_count.clip(upper=NDCG_DEPTH) - 1]
    found = hits.groupby("user_key").size().reindex(people).fillna(0)
    return {
        f"ndcg_at_{NDCG_DEPTH}": float((gain / ideal).mean()),
        f"recall_at_{RECALL_DEPTH}": float((found / bought_count).mean()),
        "coverage": lists["item_key"].nunique() / max(1, int(context.items["is_known"].sum())),
    }


def recommendation_metrics(
    context: Context, lists: dict[str, pd.DataFrame], outcomes: pd.DataFrame, window_days: int
) -> pd.DataFrame:
    """Return list_name, population, metric, value, evaluation_cut, window_days, population_count.

    Populations: `buyers`, everyone who bought within the window; `known_buyers`, those with any activity by
    the cut.
    """
    bought = outcomes[outcomes["purchase_count"] > 0]
    populations = {
        "buyers": np.sort(bought["user_key"].unique()),
        "known_buyers": np.sort(bought.loc[bought["is_known"], "user_key"].unique()),
    }
    rows = [
        (name, population, metric, value, context.cut, window_days, len(people))
        for name, table in lists.items()
        for population, people in populations.items()
        if len(people)
        for metric, value in list_metrics(context, table, bought, people).items()
    ]
    return pd.DataFrame(rows, columns=list(METRICS)).astype(METRICS)
