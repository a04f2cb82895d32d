"""Recall what people of the same region bought lately."""

from __future__ import annotations

import numpy as np

from dmp.recommendations.context import Context

# Fewer buyers in a group of people than this say nothing of it.
MINIMUM_BUYERS = 20


def popular_in_region(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return buyers of the last 30 days in the person's region; 0 where the region is unknown or buys too little."""
    return of_own_group(context, "region", context.made(region_buyers), user_keys)


def region_buyers(context: Context) -> np.ndarray:
    """Return `group_buyers` of regions."""
    return group_buyers(context, "region")


def group_buyers(context: Context, column: str) -> np.ndarray:
    """Return groups of people (a column of `people`) x items: how many who consented bought in the last 30 days."""
    codes = context.people_codes(column)
    pairs = context.learning.pairs
    has_consented = context.has_consented(pairs["user_key"].to_numpy())
    lately = pairs[(pairs["last_purchase_days"] < 30) & has_consented]
    group = codes[context.positions(lately["user_key"].to_numpy())]
    counts = np.zeros((max(1, codes.max(initial=-1) + 1), len(context.items)))
    np.add.at(counts, (group[group >= 0], lately["item_key"].to_numpy()[group >= 0]), 1)
    counts[counts.sum(axis=1) < MINIMUM_BUYERS] = 0
    return counts.astype(np.float32)


def of_own_group(context: Context, column: str, counts: np.ndarray, user_keys: np.ndarray) -> np.ndarray:
    """Return the row of `group_buyers` of each person's group; 0 where it is unknown."""
    codes = context.people_codes(column)[context.positions(user_keys)]
    return np.where((codes >= 0)[:, None], counts[np.maximum(codes, 0)], np.float32(0))
