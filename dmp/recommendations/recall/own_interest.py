"""Recall what a person lately looked at, carted or marked."""

from __future__ import annotations

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.ordering import ranked


def recall_own_interest(context: Context, people: pd.DataFrame, quota: int) -> pd.DataFrame:
    """Return each person's items by decayed interest (a look 1, a cart or favourite 3, at most 20 a day)."""
    pairs = context.pairs[
        (context.pairs["interest"] > 0) & context.pairs["user_key"].isin(people["user_key"])
    ]
    return ranked(pairs["user_key"], pairs["item_key"], pairs["interest"], quota)
