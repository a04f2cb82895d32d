"""What each aim costs: lists of the evaluation cut, made anew under growing weights of one aim at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from dmp.list_order import Aims, ListOrder
from dmp.recommendations.context import Context
from dmp.recommendations.evaluation import NDCG_DEPTH, list_metrics
from dmp.recommendations.reranking import ItemLikeness, item_likeness, reranked

AIMS = ("diversity", "freshness", "value")
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
# The same people under each weight: what a weight costs shows among few.
MOST_PEOPLE = 500
TRADE_OFFS = {
    "aim": "str", "weight": "float64", "ndcg_at_10": "float64", "diversity_at_10": "float64",
    "new_item_share_at_10": "float64", "value_at_10": "float64", "is_in_use": "bool", "evaluation_cut": "object",
    "window_days": "int64", "population_count": "int64",
}  # fmt: skip


def recommendation_trade_offs(
    context: Context, ranked: pd.DataFrame, outcomes: pd.DataFrame, window_days: int
) -> pd.DataFrame:
    """Return one row per aim and weight: how good, unlike, new and valuable the first ten items were.

    Means over up to five hundred buyers of the window. `ranked` are their candidates by score alone. The owner's limits
    hold, the other aims stay as they are set; is_in_use marks the weight that the lists are made with, if it is tried.
    ndcg_at_10 as in `recommendation_metrics`; diversity_at_10: mean unlikeness of two items of a list;
    new_item_share_at_10; value_at_10: summed value of the items, in the unit of the margin, missing without any.
    """
    bought = context.judged_outcome.reached(outcomes)
    buyers = np.sort(bought["user_key"].unique())[:MOST_PEOPLE]
    ranked = ranked[ranked["user_key"].isin(buyers)].reset_index(drop=True)
    alike, rows = item_likeness(context), []
    for aim in AIMS if len(ranked) else ():
        in_use = float(getattr(context.order.aims, aim))
        for weight in sorted({*WEIGHTS, in_use}):
            tried = replace(context, order=with_aim(context.order, aim, weight))
            figures = list_figures(tried, reranked(tried, ranked, alike), bought, buyers, alike)
            rows.append({"aim": aim, "weight": weight, **figures, "is_in_use": weight == in_use})
    table = pd.DataFrame(rows, columns=list(TRADE_OFFS))
    table = table.assign(evaluation_cut=context.cut, window_days=window_days, population_count=len(buyers))
    return table.astype(TRADE_OFFS)


def with_aim(order: ListOrder, aim: str, weight: float) -> ListOrder:
    """Return the owner's order with another weight of one aim."""
    return order.model_copy(update={"aims": Aims(**{**order.aims.model_dump(), aim: weight})})


def list_figures(
    context: Context, lists: pd.DataFrame, bought: pd.DataFrame, buyers: np.ndarray, alike: ItemLikeness
) -> dict[str, float]:
    """Return ndcg_at_10, diversity_at_10, new_item_share_at_10 and value_at_10 of lists."""
    head = lists[lists["recommendation_rank"] <= NDCG_DEPTH]
    ndcg = list_metrics(context, head.rename(columns={"recommendation_rank": "list_rank"}), bought, buyers)
    age_days = context.items["item_age_days"].to_numpy(dtype=np.float64)[head["item_key"].to_numpy()]
    values = head.groupby("user_key")["value"].sum(min_count=1)
    return {
        "ndcg_at_10": ndcg["ndcg_at_10"],
        "diversity_at_10": diversity(head, alike),
        "new_item_share_at_10": float((age_days <= context.order.new_item_days).mean()),
        "value_at_10": float(values.mean()),
    }


def diversity(head: pd.DataFrame, alike: ItemLikeness) -> float:
    """Return the mean over people of the mean unlikeness of two of their items; 0 where all lists hold one."""
    people = np.unique(head["user_key"].to_numpy(), return_inverse=True)[1]
    columns = head["recommendation_rank"].to_numpy() - 1
    shape = (people.max(initial=-1) + 1, NDCG_DEPTH)
    items, filled = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
    items[people, columns], filled[people, columns] = head["item_key"], True
    likeness, total, pairs = alike.on(items), np.zeros(shape[0]), np.zeros(shape[0])
    for column in range(1, NDCG_DEPTH):
        both = filled[:, :column] & filled[:, [column]]
        unlike = 1 - likeness(np.full(shape[0], column))[:, :column]
        total, pairs = total + (unlike * both).sum(axis=1), pairs + both.sum(axis=1)
    has_pairs = pairs > 0
    return float((total[has_pairs] / pairs[has_pairs]).mean()) if has_pairs.any() else 0.0
