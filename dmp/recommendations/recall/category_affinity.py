"""Recall what sells lately in the categories and brands that a person keeps coming back to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.groups import group_codes
from dmp.recommendations.recall.popular_lately import popularity

# Best sellers of a group that are offered to those who like it.
_ITEMS_PER_GROUP = 30


def category_affinity(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return how popular an item is in its category and in its brand, times the person's share of activity in them."""
    weights = context.weights(user_keys)
    by_category, by_brand = context.made(offers)
    scores = affinity(weights, context.items["category"]) @ by_category
    return (scores + affinity(weights, context.items["brand"]) @ by_brand).toarray()


def offers(context: Context) -> tuple[Any, Any]:
    """Return `offered` of the categories and of the brands."""
    return offered(context, "category"), offered(context, "brand")


def membership(groups: pd.Series) -> Any:
    """Return a sparse matrix items x groups of ones."""
    from scipy.sparse import csr_matrix

    codes = group_codes(groups)
    rows = np.flatnonzero(codes >= 0)
    ones = np.ones(len(rows), dtype=np.float32)
    return csr_matrix((ones, (rows, codes[rows])), shape=(len(groups), max(1, codes.max(initial=-1) + 1)))


def affinity(weights: Any, groups: pd.Series) -> Any:
    """Return a sparse matrix people x groups: the share of each person's weight that lies in a group."""
    from scipy.sparse import diags

    totals = np.asarray(weights.sum(axis=1)).ravel()
    return diags((1 / np.maximum(totals, 1e-9)).astype(np.float32)) @ weights @ membership(groups)


def offered(context: Context, column: str) -> Any:
    """Return a sparse matrix groups x items: the best sellers of a group, by popularity against its first."""
    from scipy.sparse import csr_matrix

    codes, score = group_codes(context.items[column]), popularity(context)
    rows = np.flatnonzero((codes >= 0) & (score > 0) & context.items["is_known"].to_numpy())
    table = pd.DataFrame({"group": codes[rows], "item": rows, "score": score[rows]})
    table = table.sort_values(["group", "score", "item"], ascending=[True, False, True])
    table["score"] /= table.groupby("group")["score"].transform("first")
    table = table.groupby("group").head(_ITEMS_PER_GROUP)
    shape = (max(1, codes.max(initial=-1) + 1), len(context.items))
    return csr_matrix((table["score"].astype(np.float32), (table["group"], table["item"])), shape=shape)
