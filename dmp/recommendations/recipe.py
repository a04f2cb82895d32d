"""The recipe: which channels propose items and which filters remove them, in order; the one place to switch
them on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.already_owned import already_owned
from dmp.recommendations.filters.below_age import below_age
from dmp.recommendations.filters.blocked_region import blocked_region
from dmp.recommendations.filters.held_out import held_out
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
from dmp.recommendations.recall.alternating_least_squares import alternating_least_squares
from dmp.recommendations.recall.category_affinity import category_affinity
from dmp.recommendations.recall.complements import complements
from dmp.recommendations.recall.content import content
from dmp.recommendations.recall.factorisation import factorisation
from dmp.recommendations.recall.item_to_item import item_to_item
from dmp.recommendations.recall.linear_autoencoder import linear_autoencoder
from dmp.recommendations.recall.new_items import new_items
from dmp.recommendations.recall.next_items import next_items
from dmp.recommendations.recall.own_interest import own_interest
from dmp.recommendations.recall.own_purchases import own_purchases
from dmp.recommendations.recall.own_rhythm import own_rhythm
from dmp.recommendations.recall.popular_in_region import popular_in_region
from dmp.recommendations.recall.popular_in_segment import popular_in_segment
from dmp.recommendations.recall.popular_lately import popular_lately
from dmp.recommendations.recall.session import session
from dmp.recommendations.recall.similar_people import similar_people
from dmp.recommendations.recall.term_weighted_neighbours import term_weighted_neighbours


def candidate_limit(item_count: int) -> int:
    """Return how many items that a person never touched the ranker sees at most: a tenth of the catalogue, 100 to 400.

    On Online Retail (3,798 items) 380 hold 0.57 of the new items that people buy next, 150 hold 0.37.
    """
    return min(400, max(100, item_count // 10))


@dataclass(frozen=True)
class Channel:
    """A recall function (see `recall`) with its quota of items a person.

    One for discovery proposes what the person never touched; one that is not personal looks at nobody's own facts.
    """

    scores: Callable[[Context, np.ndarray], np.ndarray]
    quota: int
    is_discovery: bool = True
    is_personal: bool = True

    @property
    def name(self) -> str:
        """The name of its function."""
        return self.scores.__name__


CHANNELS = (
    Channel(own_purchases, 60, is_discovery=False),
    Channel(own_interest, 40, is_discovery=False),
    Channel(own_rhythm, 20, is_discovery=False),
    Channel(linear_autoencoder, 200),
    Channel(alternating_least_squares, 200),
    Channel(similar_people, 200),
    Channel(item_to_item, 100),
    Channel(term_weighted_neighbours, 100),
    Channel(factorisation, 100),
    Channel(next_items, 100),
    Channel(complements, 60),
    Channel(session, 30),
    Channel(content, 100),
    Channel(category_affinity, 30),
    Channel(popular_in_region, 100),
    Channel(popular_in_segment, 60),
    Channel(new_items, 60, is_personal=False),
    Channel(popular_lately, 200, is_personal=False),
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
    Filter("held_out", held_out, has_history=False),
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
