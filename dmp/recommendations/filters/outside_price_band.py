"""What costs far more, or far less, than a person usually pays is not for them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import (
    Filtered,
    nothing_removed,
    numbers_of_items,
    split,
    texts,
)

RULE = "outside_price_band"


def outside_price_band(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items whose price leaves the band around the person's usual price; who bought too little has none.

    An item's price is that of the catalogue, else the mean that was paid.
    """
    bounds = context.rules.outside_price_band
    if bounds.dearer_times is None and bounds.cheaper_times is None:
        return nothing_removed(candidates, RULE)
    price = numbers_of_items(context, candidates, "price_amount")
    price = np.where(price > 0, price, numbers_of_items(context, candidates, "paid_price_amount"))
    usual = usual_prices(context, bounds.minimum_items).reindex(candidates["user_key"]).to_numpy()
    is_dearer = price > usual * (bounds.dearer_times or np.inf)
    is_cheaper = price < usual / (bounds.cheaper_times or np.inf)
    is_removed = is_dearer | is_cheaper
    detail = texts(is_removed, "costs {:,.2f}, usual are {:,.2f}", price, usual)
    return split(candidates, is_removed, RULE, detail)


def usual_prices(context: Context, minimum_items: int) -> pd.Series:
    """Return the median unit price of the items that a person bought, by user_key, where there are enough."""
    pairs = context.pairs[(context.pairs["purchase_amount"] > 0) & (context.pairs["purchase_quantity"] > 0)]
    prices = (pairs["purchase_amount"] / pairs["purchase_quantity"]).groupby(pairs["user_key"])
    return prices.median()[prices.size() >= minimum_items]
