"""How good lists are against what people bought after the cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.ordering import among, position_in_group

NDCG_DEPTH, RECALL_DEPTHS = 10, (10, 20)
LIST_DEPTH = 20
# By scope: the first items of some people's lists (user_key, item_key, list_rank), or what they bought.
Heads = dict[str, pd.DataFrame]
METRICS = {
    "list_name": "str", "population": "str", "metric": "str", "value": "float64", "evaluation_cut": "object",
    "window_days": "int64", "population_count": "int64",
}  # fmt: skip


def list_metrics(
    context: Context, lists: pd.DataFrame, bought: pd.DataFrame, people: np.ndarray
) -> dict[str, float]:
    """Return ndcg_at_10, recall_at_10 and recall_at_20 of `lists` (user_key, item_key, list_rank), coverage and
    categories_at_10.

    Means over all `people` (each bought something), against all they bought (`bought`: user_key, item_key),
    the full catalogue; one without a list counts 0. NDCG after Järvelin and Kekäläinen (2002), gain 1 for
    each bought item. `..._new_items`: only of items that the person had not bought by the cut, lists without
    those that they had, people who bought such an item; `..._repeated_items`: the others; `..._cold_items`: those
    that nobody had bought. Coverage: share of the items known on the cut that stand in some person's first 20;
    categories_at_10: categories in a person's first ten items, as a share of these items.
    """
    people = np.sort(people)
    return _figures(context, heads(context, lists), _asked(context, bought, people), people)


def owned(context: Context, rows: pd.DataFrame) -> np.ndarray:
    """Say which (user_key, item_key) rows are of items that the person had bought by the cut."""
    return among(context.codes(rows), context.made(_bought_codes))


def _bought_codes(context: Context) -> np.ndarray:
    return context.codes(context.pairs[context.pairs[context.judged_outcome.pair_count] > 0])


def _is_cold(context: Context, rows: pd.DataFrame) -> np.ndarray:
    return context.items[context.judged_outcome.people_count].to_numpy()[rows["item_key"].to_numpy()] == 0


_SCOPES: dict[str, Callable[[Context, pd.DataFrame], np.ndarray]] = {
    "": lambda context, rows: np.ones(len(rows), dtype=bool),
    "_new_items": lambda context, rows: ~owned(context, rows),
    "_repeated_items": owned,
    "_cold_items": _is_cold,
}


def heads(context: Context, lists: pd.DataFrame) -> Heads:
    """Return the first LIST_DEPTH items of each list, by scope, ranked within it."""
    lists = lists[["user_key", "item_key", "list_rank"]]
    lists = lists.iloc[np.lexsort((lists["list_rank"], lists["user_key"]))]
    kept_by_scope = {}
    for scope, within in _SCOPES.items():
        kept = lists[within(context, lists)]
        kept = kept.assign(list_rank=position_in_group(kept["user_key"].to_numpy()))
        kept_by_scope[scope] = kept[kept["list_rank"] <= LIST_DEPTH]
    return kept_by_scope


def joined_heads(parts: list[Heads]) -> Heads:
    """Put together the heads of lists of different people."""
    return {scope: pd.concat([part[scope] for part in parts], ignore_index=True) for scope in _SCOPES}


def _asked(context: Context, bought: pd.DataFrame, people: np.ndarray) -> Heads:
    """Return what `people` (ascending) bought, by scope; a scope in which they bought nothing is left out."""
    bought = bought[among(bought["user_key"].to_numpy(), people)]
    by_scope = {scope: bought[within(context, bought)] for scope, within in _SCOPES.items()}
    return {scope: asked for scope, asked in by_scope.items() if len(asked)}


def _figures(context: Context, found: Heads, asked: Heads, people: np.ndarray) -> dict[str, float]:
    found = {scope: head[among(head["user_key"].to_numpy(), people)] for scope, head in found.items()}
    metrics = {
        "coverage": found[""]["item_key"].nunique() / max(1, int(context.items["is_known"].sum())),
        f"categories_at_{NDCG_DEPTH}": _categories(context, found[""]),
    }
    for scope, bought in asked.items():
        hits = _hits(context, found[scope], bought)
        metrics |= {f"{name}{scope}": value for name, value in hits.items()}
    return metrics


def _hits(context: Context, lists: pd.DataFrame, bought: pd.DataFrame) -> dict[str, float]:
    """Return NDCG and recall over the people of `bought`."""
    people, bought_count = np.unique(bought["user_key"].to_numpy(), return_counts=True)
    is_hit = among(context.codes(lists), np.sort(context.codes(bought)))
    rank = lists["list_rank"].to_numpy()[is_hit]
    place = np.searchsorted(people, lists["user_key"].to_numpy()[is_hit])

    def summed(values: np.ndarray, depth: int) -> np.ndarray:
        is_first = rank <= depth
        return np.bincount(place[is_first], weights=values[is_first], minlength=len(people))

    ideal = np.cumsum(1 / np.log2(np.arange(NDCG_DEPTH) + 2))[np.minimum(bought_count, NDCG_DEPTH) - 1]
    gains = summed(1 / np.log2(rank + 1), NDCG_DEPTH)
    recalls = {depth: summed(np.ones(len(rank)), depth) / bought_count for depth in RECALL_DEPTHS}
    return {
        f"ndcg_at_{NDCG_DEPTH}": float((gains / ideal).mean()),
        **{f"recall_at_{depth}": float(recall.mean()) for depth, recall in recalls.items()},
    }


def _categories(context: Context, lists: pd.DataFrame) -> float:
    """Return how many of the first ten items are of a category of their own, on average; 0 without lists."""
    first = lists[lists["list_rank"] <= NDCG_DEPTH]
    if first.empty:
        return 0.0
    category = context.made(_category_codes)
    _, place = np.unique(first["user_key"].to_numpy(), return_inverse=True)
    kinds = np.unique(place * len(category) + category[first["item_key"].to_numpy()]) // len(category)
    return float((np.bincount(kinds) / np.bincount(place)).mean())


def _category_codes(context: Context) -> np.ndarray:
    return np.unique(context.items["category"].fillna("").astype("str"), return_inverse=True)[1]


def recommendation_metrics(
    context: Context, found: dict[str, Heads], outcomes: pd.DataFrame, window_days: int
) -> pd.DataFrame:
    """Return list_name, population, metric, value, evaluation_cut, window_days, population_count.

    `found`: by list_name the `heads` of the lists. What counts as bought is the context's judged outcome.
    Populations: `buyers`, everyone who bought within the window; `known_buyers`, those with any activity by the cut;
    `unknown_buyers`, the others.
    """
    bought = context.judged_outcome.reached(outcomes)
    populations = {
        "buyers": np.sort(bought["user_key"].unique()),
        "known_buyers": np.sort(bought.loc[bought["is_known"], "user_key"].unique()),
        "unknown_buyers": np.sort(bought.loc[~bought["is_known"], "user_key"].unique()),
    }
    asked = {name: _asked(context, bought, people) for name, people in populations.items()}
    rows = [
        (name, population, metric, value, context.cut, window_days, len(people))
        for name, own in found.items()
        for population, people in populations.items()
        if len(people)
        for metric, value in _figures(context, own, asked[population], people).items()
    ]
    return pd.DataFrame(rows, columns=list(METRICS)).astype(METRICS)
