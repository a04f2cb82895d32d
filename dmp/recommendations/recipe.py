"""The recipe: which channels propose items and which filters remove them, in order; the one place to switch
them on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.already_owned import already_owned
from dmp.recommendations.filters.below_age import below_age
from dmp.recommendations.filters.blocked_region import blocked_region
from dmp.recommendations.filters.not_available import not_available
from dmp.recommendations.filters.out_of_stock import out_of_stock
from dmp.recommendations.filters.outside_price_band import outside_price_band
from dmp.recommendations.filters.parting import Filtered
from dmp.recommendations.filters.refused import refused
from dmp.recommendations.filters.seen_without_effect import seen_without_effect
from dmp.recommendations.filters.sensitive_category import sensitive_category
from dmp.recommendations.filters.shown_too_often import shown_too_often
from dmp.recommendations.filters.tired_of_group import tired_of_group
from dmp.recommendations.filters.without_consent import without_consent
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
    Filter("sensitive_category", sensitive_category),
    Filter("below_age", below_age),
    Filter("blocked_region", blocked_region),
    Filter("not_available", not_available),
    Filter("out_of_stock", out_of_stock, has_history=False),
    Filter("refused", refused),
    Filter("tired_of_group", tired_of_group),
    Filter("already_owned", already_owned),
    Filter("seen_without_effect", seen_without_effect),
    Filter("shown_too_often", shown_too_often),
    Filter("outside_price_band", outside_price_band),
)
