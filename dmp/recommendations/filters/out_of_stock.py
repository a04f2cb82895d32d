"""What is used up is not shown."""

from __future__ import annotations

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, numbers_of_items, split, texts


def out_of_stock(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items of which fewer units are known to be left than the home's bound."""
    stock = numbers_of_items(context, candidates, "stock_quantity")
    is_removed = stock < context.rules.out_of_stock.at_least
    return split(candidates, is_removed, "out_of_stock", texts(is_removed, "{:.0f} left in stock", stock))
