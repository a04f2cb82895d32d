"""What the ranker sees of a candidate: channels, person, item, and the two together, all as of the cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.recall.category_affinity import affinity
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
    people = context.positions(candidates["user_key"].to_numpy())
    items = candidates["item_key"].to_numpy()
    of_person = {name: own[people] for name, own in context.made(person_values).items()}
    of_item = {name: own[items] for name, own in context.made(item_values).items()}
    pairs = pair_facts(context, candidates)
    columns: dict[str, np.ndarray] = {
        name: candidates[name].to_numpy()
        for name in candidates.columns.difference(NOT_OF_CHANNELS, sort=False)
    }
    columns |= {name: of_person[name] for name in USER_FEATURES}
    columns |= {name: of_item[name] for name in ITEM_FEATURES}
    columns |= pairs
    columns |= crossed(of_person, of_item, pairs)
    columns |= affinities(context, people, items)
    # A row of the matrix for each feature: the table is a look at it from the side, without a copy.
    values = np.empty((len(columns), len(candidates)), dtype=np.float32)
    for row, column in zip(values, columns.values(), strict=True):
        row[:] = column
    return pd.DataFrame(values.T, columns=list(columns), copy=False)


def person_values(context: Context) -> dict[str, np.ndarray]:
    """Return USER_FEATURES and what `crossed` needs of each person."""
    people = context.people
    values = {name: _numbers(people[name]) for name in USER_FEATURES}
    days, lines, tenure = (
        values[name] if name in values else _numbers(people[name])
        for name in ("user_purchase_day_count", "user_purchase_line_count", "user_tenure_days")
    )
    price = people["user_price_amount"].to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        values |= {"items_per_purchase_day": lines / days, "user_purchase_gap_days": tenure / days}
    return values | {"user_price_amount": np.where(price > 0, price, np.nan)}


def item_values(context: Context) -> dict[str, np.ndarray]:
    """Return ITEM_FEATURES and what `crossed` needs of each item."""
    items = context.items
    values = {name: _numbers(items[name]) for name in (*ITEM_FEATURES, "repurchase_rate")}
    price = items["paid_price_amount"].to_numpy(dtype=np.float64, na_value=np.nan)
    return values | {
        "buyers_trend": (values["buyers_30d"] + 1) / (values["buyers_90d"] / 3 + 1),
        "price": np.where(price > 0, price, np.nan),
    }


def _numbers(values: pd.Series) -> np.ndarray:
    return values.to_numpy(dtype=np.float32, na_value=np.nan)


def pair_facts(
    context: Context, candidates: pd.DataFrame, names: Sequence[str] = PAIR_FEATURES
) -> dict[str, np.ndarray]:
    """Return the person's own facts about each candidate; missing where they never touched it."""
    codes = context.codes(candidates)
    known = context.pair_codes
    places = np.minimum(np.searchsorted(known, codes), max(0, len(known) - 1))
    rows = np.flatnonzero(known[places] == codes) if len(known) else np.empty(0, dtype=np.int64)
    values = {}
    for name in names:
        values[name] = np.full(len(codes), np.nan, dtype=np.float32)
        values[name][rows] = _numbers(context.pairs[name])[places[rows]]
    return values


def crossed(
    of_person: dict[str, np.ndarray], of_item: dict[str, np.ndarray], pairs: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return what only shows when two facts are set against each other."""
    days, last, first = (
        pairs[name] for name in ("purchase_day_count", "last_purchase_days", "first_purchase_days")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where(days > 1, (first - last) / (days - 1), np.float32(np.nan))
        return {
            "purchase_gap_days": gap,
            "due_ratio": last / gap,
            "purchase_day_share": days / of_person["user_purchase_day_count"],
            "is_in_last_purchase": last == of_person["user_last_purchase_days"],
            "items_per_purchase_day": of_person["items_per_purchase_day"],
            "user_purchase_gap_days": of_person["user_purchase_gap_days"],
            "price_ratio": np.log(of_item["price"] / of_person["user_price_amount"]),
            "buyers_trend": of_item["buyers_trend"],
            "repurchase_rate": of_item["repurchase_rate"],
        }


def affinities(context: Context, people: np.ndarray, items: np.ndarray) -> dict[str, np.ndarray]:
    """Return the person's shares of weight in the item's category and brand, and how near the vectors are."""
    values = {}
    for column, shares in context.made(group_shares).items():
        codes = context.item_codes(column)[items]
        values[f"{column}_share"] = np.where(codes >= 0, _cells(shares, people, codes), np.nan)
    values["vector_similarity"] = vector_similarity(context, people, items)
    return values


def group_shares(context: Context) -> dict[str, Any]:
    """Return sparse people x groups of items, see `affinity`, by the column of the groups."""
    shares = {}
    for column in ("category", "brand"):
        shares[column] = affinity(context.person_weights, context.items[column]).tocsr()
        shares[column].sort_indices()
    return shares


def _cells(matrix: Any, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return cells of a sparse matrix whose rows are sorted."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    filled = rows * matrix.shape[1] + matrix.indices
    if not len(filled):
        return np.zeros(len(row), dtype=np.float32)
    codes = row * matrix.shape[1] + column
    place = np.minimum(np.searchsorted(filled, codes), len(filled) - 1)
    return np.where(filled[place] == codes, matrix.data[place], np.float32(0))


def vector_similarity(context: Context, people: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Return the inner product of each candidate's two vectors; missing without a vector of the person."""
    item_matrix, user_matrix, has_vector = context.made(vector_matrices)
    similarity = np.full(len(items), np.nan)
    # Person by person: the vectors of one's items stay near the processor.
    starts = np.flatnonzero(np.r_[True, people[1:] != people[:-1]][: len(people)])
    for start, end in zip(starts, [*starts[1:], len(people)], strict=bool(len(starts))):
        if has_vector[people[start]]:
            similarity[start:end] = item_matrix[items[start:end]] @ user_matrix[people[start]]
    return similarity
