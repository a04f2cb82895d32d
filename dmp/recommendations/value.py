"""What a candidate is worth to the shop: probability x margin x attraction, each part kept beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dmp.list_order import Attraction, ListOrder

_MONEY_DIGITS = 4


@dataclass(frozen=True)
class ItemWorth:
    """By item_key: what a sold unit earns (`basis` says what that is), and the owner's weight."""

    basis: str
    margin: np.ndarray
    attraction: np.ndarray


def item_worth(items: pd.DataFrame, order: ListOrder) -> ItemWorth:
    """Return the worth of each item of a catalogue (price_amount, cost_amount, paid_price_amount, ...).

    cost: price less cost; an unknown cost is a price's usual share. price: the catalogue's, else what was paid for a
    unit. Where an item's own is unknown, the middle of all known ones stands for it, so that no item is worth nothing
    because its price is not known; 1 for all where nothing is known. A sale below cost has margin 0.
    """
    listed, cost, paid = (
        items[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("price_amount", "cost_amount", "paid_price_amount")
    )
    price = np.where(np.isnan(listed), paid, listed)
    known = {"cost": price - cost, "price": price, "one": np.ones(len(items))}
    bases = ("cost", "price", "one") if order.margin == "auto" else (order.margin, "one")
    basis = next(name for name in bases if name == "one" or not np.isnan(known[name]).all())
    margin = known[basis]
    if basis == "cost":
        share = _middle(1 - cost / np.where(price > 0, price, np.nan))
        margin = np.where(np.isnan(margin), price * share, margin)
    margin = np.maximum(np.where(np.isnan(margin), _middle(margin), margin), 0)
    return ItemWorth(basis, np.round(margin, _MONEY_DIGITS), attractions(items, order.attraction))


def attractions(items: pd.DataFrame, attraction: Attraction) -> np.ndarray:
    """Return the product of the owner's weights for an item, its category and its brand."""
    weights = np.ones(len(items))
    for column, given in (
        ("item_id", attraction.items),
        ("category", attraction.categories),
        ("brand", attraction.brands),
    ):
        if given:
            weights *= items[column].map(given).fillna(1).to_numpy(dtype=np.float64)
    return weights


def with_value(candidates: pd.DataFrame, worth: ItemWorth) -> pd.DataFrame:
    """Return candidates with margin, attraction and value; value is missing where the probability is."""
    items = candidates["item_key"].to_numpy()
    margin, attraction = worth.margin[items], worth.attraction[items]
    value = candidates["probability"].to_numpy() * margin * attraction
    return candidates.assign(margin=margin, attraction=attraction, value=value)


def _middle(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else 1.0
