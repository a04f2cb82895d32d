"""The recipe: which channels propose items and which filters remove them, in order; the one place to switch
them on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters import (
    Filtered,
    already_owned,
    below_age,
    blocked_region,
    out_of_stock,
    refused,
    without_consent,
)
from dmp.recommendations.recall.category_affinity import recall_category_affinity
from dmp.recommendations.recall.factorisation import recall_factorisation
from dmp.recommendations.recall.item_to_item import recall_item_to_item
from dmp.recommendations.recall.new_items import recall_new_items
from dmp.recommendations.recall.own_interest import recall_own_interest
from dmp.recommendations.recall.own_purchases import recall_own_purchases
from dmp.recommendations.recall.popular_lately import recall_popular_lately


@dataclass(frozen=True)
class Channel:
    """A recall function with its quota of items a person; personal if it looks at the person's own facts."""

    name: str
    recall: Callable[[Context, pd.DataFrame, int], pd.DataFrame]
    quota: int
    is_personal: bool = True


CHANNELS = (
    Channel("own_purchases", recall_own_purchases, 60),
    Channel("own_interest", recall_own_interest, 40),
    Channel("item_to_item", recall_item_to_item, 50),
    Channel("factorisation", recall_factorisation, 40),
    Channel("category_affinity", recall_category_affinity, 30),
    Channel("new_items", recall_new_items, 20),
    Channel("popular_lately", recall_popular_lately, 40, is_personal=False),
)


@dataclass(frozen=True)
class Filter:
    """A rule that removes candidates; one on facts without history holds in serving only, not in a
    back-test.
    """

    name: str
    apply: Callable[[Context, pd.DataFrame], Filtered]
    has_history: bool = True


FILTERS = (
    Filter("without_consent", without_consent),
    Filter("below_age", below_age),
    Filter("blocked_region", blocked_region),
    Filter("out_of_stock", out_of_stock, has_history=False),
    Filter("refused", refused),
    Filter("already_owned", already_owned),
)
