"""Recall what a person has bought before: most often and most lately first."""

from __future__ import annotations

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.ordering import ranked


def recall_own_purchases(context: Context, people: pd.DataFrame, quota: int) -> pd.DataFrame:
    """Return each person's bought items by decayed purchase days."""
    pairs = context.pairs[(context.pairs["habit"] > 0) & context.pairs["user_key"].isin(people["user_key"])]
    return ranked(pairs["user_key"], pairs["item_key"], pairs["habit"], quota)
