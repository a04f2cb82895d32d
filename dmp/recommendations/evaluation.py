"""How good lists are against what people bought after the cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.ordering import among, position_in_group

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
    return _figures(context, _heads(context, lists), bought, people)


def owned(context: Context, rows: pd.DataFrame) -> np.ndarray:
    """Say which (user_key, item_key) rows are of items that the person had bought by the cut."""
    return among(context.codes(rows), context.made(_bought_codes))


def _bought_codes(context: Context) -> np.ndarray:
    return context.codes(context.pairs[context.pairs["purchase_day_count"] > 0])


def _is_cold(context: Context, rows: pd.DataFrame) -> np.ndarray:
    return context.items["buyers_life"].to_numpy()[rows["item_key"].to_numpy()] == 0


_SCOPES: dict[str, Callable[[Context, pd.DataFrame], np.ndarray]] = {
    "": lambda context, rows: np.ones(len(rows), dtype=bool),
    "_new_items": lambda context, rows: ~owned(context, rows),
    "_repeated_items": owned,
    "_cold_items": _is_cold,
}


def _heads(context: Context, lists: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the first RECALL_DEPTH items of each list, by scope, ranked within it."""
    lists = lists[["user_key", "item_key", "list_rank"]]
    lists = lists.iloc[np.lexsort((lists["list_rank"], lists["user_key"]))]
    heads = {}
    for scope, within in _SCOPES.items():
        kept = lists[within(context, lists)]
        kept = kept.assign(list_rank=position_in_group(kept["user_key"].to_numpy()))
        heads[scope] = kept[kept["list_rank"] <= RECALL_DEPTH]
    return heads


def _figures(
    context: Context, heads: dict[str, pd.DataFrame], bought: pd.DataFrame, people: np.ndarray
) -> dict[str, float]:
    bought = bought[bought["user_key"].isin(people)]
    heads = {scope: head[head["user_key"].isin(people)] for scope, head in heads.items()}
    metrics = {
        "coverage": heads[""]["item_key"].nunique() / max(1, int(context.items["is_known"].sum())),
        f"categories_at_{NDCG_DEPTH}": _categories(context, heads[""]),
    }
    for scope, head in heads.items():
        asked = bought[_SCOPES[scope](context, bought)]
        if len(asked):
            metrics |= {f"{name}{scope}": value for name, value in _hits(context, head, asked).items()}
    return metrics


def _hits(context: Context, lists: pd.DataFrame, bought: pd.DataFrame) -> dict[str, float]:
    """Return NDCG and recall over the people of `bought`."""
    hits = lists[among(context.codes(lists), np.sort(context.codes(bought)))]
    bought_count = bought.groupby("user_key").size()
    first = hits[hits["list_rank"] <= NDCG_DEPTH]
    gains = (1 / np.log2(first["list_rank"] + 1)).groupby(first["user_key"]).sum()
    ideal = np.cumsum(1 / np.log2(np.arange(NDCG_DEPTH) + 2))[bought_count.clip(upper=NDCG_DEPTH) - 1]
    found = hits.groupby("user_key").size().reindex(bought_count.index).fillna(0)
    return {
        f"ndcg_at_{NDCG_DEPTH}": float((gains.reindex(bought_count.index).fillna(0) / ideal).mean()),
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
    heads = {name: _heads(context, table) for name, table in lists.items()}
    rows = [
        (name, population, metric, value, context.cut, window_days, len(people))
        for name in lists
        for population, people in populations.items()
        if len(people)
        for metric, value in _figures(context, heads[name], bought, people).items()
    ]
    return pd.DataFrame(rows, columns=list(METRICS)).astype(METRICS)
