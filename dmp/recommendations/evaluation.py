"""How good lists are against what people bought after the cut."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.ordering import position_in_group

NDCG_DEPTH, RECALL_DEPTH = 10, 20
METRICS = {
    "list_name": "str", "population": "str", "metric": "str", "value": "float64", "evaluation_cut": "object",
    "window_days": "int64", "population_count": "int64",
}  # fmt: skip


def list_metrics(
    context: Context, lists: pd.DataFrame, bought: pd.DataFrame, people: np.ndarray
) -> dict[str, float]:
    """Return ndcg_at_10 and recall_at_20 of `lists` (user_key, item_key, list_rank), and coverage and categories_at_10.

    Means over all `people` (each bought something), against all they bought (`bought`: user_key, item_key),
    the full catalogue; one without a list counts 0. NDCG after Järvelin and Kekäläinen (2002), gain 1 for
    each bought item. `..._new_items`: only of items that the person had not bought by the cut, lists without
    those that they had, people who bought such an item; `..._repeated_items`: the others; `..._cold_items`: those
    that nobody had bought. Coverage: share of the items known on the cut that stand in some person's first 20;
    categories_at_10: categories in a person's first ten items, as a share of these items.
    """
    lists = lists[lists["user_key"].isin(people)]
    bought = bought[bought["user_key"].isin(people)]
    first = lists[lists["list_rank"] <= RECALL_DEPTH]
    metrics = {
        **_hits(context, lists, bought),
        "coverage": first["item_key"].nunique() / max(1, int(context.items["is_known"].sum())),
        f"categories_at_{NDCG_DEPTH}": _categories(context, first),
    }
    for scope, within in _SCOPES.items():
        asked = bought[within(context, bought)]
        if len(asked):
            kept = lists[within(context, lists)].sort_values(["user_key", "list_rank"])
            kept = kept.assign(list_rank=position_in_group(kept["user_key"].to_numpy()))
            metrics |= {f"{name}_{scope}": value for name, value in _hits(context, kept, asked).items()}
    return metrics


def owned(context: Context, rows: pd.DataFrame) -> np.ndarray:
    """Say which (user_key, item_key) rows are of items that the person had bought by the cut."""
    return np.isin(context.codes(rows), context.codes(context.pairs[context.pairs["purchase_day_count"] > 0]))


def _is_cold(context: Context, rows: pd.DataFrame) -> np.ndarray:
    return context.items["buyers_life"].to_numpy()[rows["item_key"].to_numpy()] == 0


_SCOPES = {
    "new_items": lambda context, rows: ~owned(context, rows),
    "repeated_items": owned,
    "cold_items": _is_cold,
}


def _hits(context: Context, lists: pd.DataFrame, bought: pd.DataFrame) -> dict[str, float]:
    """Return NDCG and recall over the people of `bought`."""
    lists = lists[lists["list_rank"] <= RECALL_DEPTH]
    hits = lists[np.isin(context.codes(lists), context.codes(bought))]
    bought_count = bought.groupby("user_key").size()
    first = hits[hits["list_rank"] <= NDCG_DEPTH]
    gain = (
        (1 / np.log2(first["list_rank"] + 1))
        .groupby(first["user_key"])
        .sum()
        .reindex(bought_count.index)
        .fillna(0)
    )
    ideal = np.cumsum(1 / np.log2(np.arange(NDCG_DEPTH) + 2))[bought_count.clip(upper=NDCG_DEPTH) - 1]
    found = hits.groupby("user_key").size().reindex(bought_count.index).fillna(0)
    return {
        f"ndcg_at_{NDCG_DEPTH}": float((gain / ideal).mean()),
        f"recall_at_{RECALL_DEPTH}": float((found / bought_count).mean()),
    }


def _categories(context: Context, lists: pd.DataFrame) -> float:
    """Return how many of the first ten items are of a category of their own, on average; 0 without lists."""
    first = lists[lists["list_rank"] <= NDCG_DEPTH]
    if first.empty:
        return 0.0
    category = context.items["category"].fillna("").to_numpy(dtype=object)[first["item_key"].to_numpy()]
    grouped = pd.Series(category, index=first.index).groupby(first["user_key"])
    return float((grouped.nunique() / grouped.size()).mean())


def recommendation_metrics(
    context: Context, lists: dict[str, pd.DataFrame], outcomes: pd.DataFrame, window_days: int
) -> pd.DataFrame:
    """Return list_name, population, metric, value, evaluation_cut, window_days, population_count.

    Populations: `buyers`, everyone who bought within the window; `known_buyers`, those with any activity by
    the cut; `unknown_buyers`, the others.
    """
    bought = outcomes[outcomes["purchase_count"] > 0]
    populations = {
        "buyers": np.sort(bought["user_key"].unique()),
        "known_buyers": np.sort(bought.loc[bought["is_known"], "user_key"].unique()),
        "unknown_buyers": np.sort(bought.loc[~bought["is_known"], "user_key"].unique()),
    }
    rows = [
        (name, population, metric, value, context.cut, window_days, len(people))
        for name, table in lists.items()
        for population, people in populations.items()
        if len(people)
        for metric, value in list_metrics(context, table, bought, people).items()
    ]
    return pd.DataFrame(rows, columns=list(METRICS)).astype(METRICS)
