"""What the ranker sees of a candidate: channels, person, item, and the two together, all as of the cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.recall.category_affinity import affinity, group_codes
from dmp.recommendations.recall.factorisation import vector_matrices

NOT_OF_CHANNELS = [
    "user_key", "item_key", "score", "probability", "margin", "attraction", "value", "recommendation_rank",
    "score_rank", "rerank_rule",
]  # fmt: skip
USER_FEATURES = [
    "user_purchase_day_count", "user_purchase_day_count_90d", "user_active_day_count",
    "user_purchase_item_count", "user_last_purchase_days", "user_recency_days", "user_tenure_days",
    "user_view_count_30d",
]  # fmt: skip
ITEM_FEATURES = [
    "buyers_7d", "buyers_30d", "buyers_90d", "buyers_life", "viewers_7d", "viewers_30d",
    "item_last_purchase_days", "item_age_days", "paid_price_amount",
]  # fmt: skip
PAIR_FEATURES = [
    "purchase_day_count", "purchase_quantity", "last_purchase_days", "first_purchase_days", "habit",
    "view_count", "cart_count", "last_interest_days", "interest", "last_dismiss_days",
]  # fmt: skip


def candidate_features(context: Context, candidates: pd.DataFrame) -> pd.DataFrame:
    """Return one float32 row per candidate, in the order of `candidates`; missing values stay missing."""
    users = context.people.iloc[context.positions(candidates["user_key"].to_numpy())]
    items = context.items.iloc[candidates["item_key"].to_numpy()]
    pairs = pair_facts(context, candidates)
    columns: dict[str, Any] = {
        name: candidates[name] for name in candidates.columns.difference(NOT_OF_CHANNELS, sort=False)
    }
    columns |= {name: users[name] for name in USER_FEATURES}
    columns |= {name: items[name] for name in ITEM_FEATURES}
    columns |= pairs
    columns |= crossed(users, items, pairs)
    columns |= affinities(context, candidates)
    return pd.DataFrame({name: np.asarray(column, dtype=np.float32) for name, column in columns.items()})


def pair_facts(
    context: Context, candidates: pd.DataFrame, names: Sequence[str] = PAIR_FEATURES
) -> dict[str, np.ndarray]:
    """Return the person's own facts about each candidate; missing where they never touched it."""
    codes = context.codes(candidates)
    known = context.pair_codes
    places = np.minimum(np.searchsorted(known, codes), max(0, len(known) - 1))
    found = known[places] == codes if len(known) else np.zeros(len(codes), dtype=bool)
    values = {}
    for name in names:
        column = context.pairs[name].to_numpy(dtype=np.float32)
        values[name] = (
            np.where(found, column[places], np.float32(np.nan)) if len(known) else np.full(len(codes), np.nan)
        )
    return values


def crossed(users: pd.DataFrame, items: pd.DataFrame, pairs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return what only shows when two facts are set against each other."""
    days, last, first = (
        pairs[name] for name in ("purchase_day_count", "last_purchase_days", "first_purchase_days")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where(days > 1, (first - last) / (days - 1), np.nan)
        person_days = users["user_purchase_day_count"].to_numpy(dtype=np.float32)
        lines = users["user_purchase_line_count"].to_numpy(dtype=np.float32)
        user_price = users["user_price_amount"].to_numpy(dtype=np.float64)
        price = items["paid_price_amount"].to_numpy(dtype=np.float64)
        buyers_30d, buyers_90d = (
            items[name].to_numpy(dtype=np.float32) for name in ("buyers_30d", "buyers_90d")
        )
        return {
            "purchase_gap_days": gap,
            "due_ratio": last / gap,
            "purchase_day_share": days / person_days,
            "is_in_last_purchase": last == users["user_last_purchase_days"].to_numpy(dtype=np.float32),
            "items_per_purchase_day": lines / person_days,
            "user_purchase_gap_days": users["user_tenure_days"].to_numpy(dtype=np.float32) / person_days,
            "price_ratio": np.log(
                np.where(price > 0, price, np.nan) / np.where(user_price > 0, user_price, np.nan)
            ),
            "buyers_trend": (buyers_30d + 1) / (buyers_90d / 3 + 1),
            "repurchase_rate": items["repurchase_rate"].to_numpy(dtype=np.float32),
        }


def affinities(context: Context, candidates: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the person's shares of weight in the item's category and brand, and how near the vectors are."""
    people, row = np.unique(candidates["user_key"].to_numpy(), return_inverse=True)
    items = candidates["item_key"].to_numpy()
    weights = context.person_weights[context.positions(people)]
    values = {}
    for column in ("category", "brand"):
        shares, codes = affinity(weights, context.items[column]).tocsr(), group_codes(context.items[column])
        found = np.asarray(shares[row, np.maximum(codes[items], 0)]).ravel() if len(row) else np.empty(0)
        values[f"{column}_share"] = np.where(codes[items] >= 0, found, np.nan)
    values["vector_similarity"] = vector_similarity(context, people, row, items)
    return values


def vector_similarity(context: Context, people: np.ndarray, row: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Return the inner product of each candidate's two vectors; missing without a vector of the person."""
    item_matrix, user_matrix, has_vector = context.made(vector_matrices)
    positions = context.positions(people)[row]
    similarity = np.einsum("ij,ij->i", user_matrix[positions], item_matrix[items])
    return np.where(has_vector[positions], similarity, np.nan)
