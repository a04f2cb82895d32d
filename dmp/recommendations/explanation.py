"""Why an item stands in a list, as a sentence that its reader can check."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.features import pair_facts
from dmp.recommendations.groups import group_codes
from dmp.recommendations.reasons import AGO, REASONS
from dmp.recommendations.recall.complements import baskets
from dmp.recommendations.recall.next_items import transitions
from dmp.recommendations.recall.popular_in_region import region_buyers
from dmp.recommendations.recall.popular_in_segment import segment_buyers
from dmp.recommendations.recall.session import visits
from dmp.recommendations.recipe import CHANNELS

_Filled = Iterable[tuple[str, float, float, str]]


def reasons(context: Context, listed: pd.DataFrame) -> dict[str, list[str]]:
    """Return, in each language, one sentence per listed item: the person's own facts, else the channel that
    ranked it best.
    """
    names = reason_names(listed)
    own = pd.DataFrame(pair_facts(context, listed))
    items = context.items.iloc[listed["item_key"].to_numpy()].reset_index(drop=True)
    # A channel without facts of its own to tell has a sentence under its name.
    filled: list[tuple[str, float, float, str]] = [(name, 0, 0, "") for name in names]
    for name, describe in _DESCRIPTIONS.items():
        rows = np.flatnonzero(names == name)
        if len(rows):
            described = describe(context, listed.iloc[rows], own.iloc[rows], items.iloc[rows])
            for row, facts in zip(rows, described, strict=True):
                filled[row] = facts
    return {
        language: [
            texts[kind].format(count=count, ago=ago(days, language), other=other)
            for kind, count, days, other in filled
        ]
        for language, texts in REASONS.items()
    }


def ago(days: float, language: str) -> str:
    """Say how long ago something was."""
    return AGO[language][min(int(days), 2)].format(days=days)


def reason_names(listed: pd.DataFrame) -> np.ndarray:
    """Return the channel that explains each listed item."""
    names = np.array([channel.name for channel in CHANNELS], dtype=object)
    ranks = np.nan_to_num(listed[[f"{name}_rank" for name in names]].to_numpy(dtype=np.float64), nan=np.inf)
    best = names[ranks.argmin(axis=1)]
    for own in ("own_interest", "own_rhythm", "own_purchases"):
        best[np.isfinite(ranks[:, list(names).index(own)])] = own
    return best


def _own_purchases(context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame) -> _Filled:
    kinds = np.where(own["purchase_day_count"] > 1, "own_purchases", "own_purchase")
    return zip(kinds, own["purchase_day_count"], own["last_purchase_days"], repeat(""))


def _own_interest(context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame) -> _Filled:
    views = np.where(own["view_count"] > 1, "own_views", "own_view")
    kinds = np.where(own["cart_count"] > 0, "own_cart", views)
    return zip(kinds, own["view_count"], own["last_interest_days"], repeat(""))


def _item_to_item(context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame) -> _Filled:
    return _anchored(context, listed, "item_to_item", context.neighbours, context.person_weights)


def _next_items(context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame) -> _Filled:
    return _anchored(context, listed, "next_items", *context.made(transitions))


def _complements(context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame) -> _Filled:
    return _anchored(context, listed, "complements", *context.made(baskets))


def _session(context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame) -> _Filled:
    return _anchored(context, listed, "session", *context.made(visits))


def _anchored(context: Context, listed: pd.DataFrame, kind: str, links: Any, owned: Any) -> _Filled:
    """Name the person's own item that speaks most for each listed one."""
    anchors = strongest_anchors(context, listed, links, owned)
    facts = pair_facts(context, listed.assign(item_key=anchors))
    is_bought = facts["purchase_day_count"] > 0
    days = np.where(is_bought, facts["last_purchase_days"], facts["last_interest_days"])
    kinds = np.where(is_bought, f"{kind}_bought", f"{kind}_viewed")
    return zip(kinds, repeat(0), days, item_names(context.items.iloc[anchors]))


def _popular_in_region(
    context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame
) -> _Filled:
    return _in_group(context, listed, "popular_in_region", "region", context.made(region_buyers))


def _popular_in_segment(
    context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame
) -> _Filled:
    return _in_group(context, listed, "popular_in_segment", "segment_id", context.made(segment_buyers))


def _in_group(context: Context, listed: pd.DataFrame, kind: str, column: str, buyers: np.ndarray) -> _Filled:
    """Count the buyers of each listed item in the person's group."""
    positions = context.positions(listed["user_key"].to_numpy())
    codes = group_codes(context.people[column])[positions]
    counts = buyers[codes, listed["item_key"].to_numpy()]
    return zip(repeat(kind), counts, repeat(0), context.people[column].iloc[positions])


def _category_affinity(
    context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame
) -> _Filled:
    return zip(repeat("category_affinity"), repeat(0), repeat(0), items["category"].fillna(items["brand"]))


def _new_items(context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame) -> _Filled:
    return zip(repeat("new_items"), items["buyers_30d"].fillna(0), items["item_age_days"], repeat(""))


def _popular_lately(
    context: Context, listed: pd.DataFrame, own: pd.DataFrame, items: pd.DataFrame
) -> _Filled:
    kinds = np.where(items["buyers_30d"] > 0, "popular_lately", "viewed_lately")
    return zip(
        kinds, items["buyers_30d"].where(items["buyers_30d"] > 0, items["viewers_30d"]), repeat(0), repeat("")
    )


# What fills the texts of a channel: (text name, count, days, other item or group) per listed row.
_DESCRIPTIONS: dict[str, Callable[[Context, pd.DataFrame, pd.DataFrame, pd.DataFrame], _Filled]] = {
    "own_purchases": _own_purchases,
    "own_interest": _own_interest,
    "item_to_item": _item_to_item,
    "own_rhythm": _own_purchases,
    "next_items": _next_items,
    "complements": _complements,
    "session": _session,
    "popular_in_region": _popular_in_region,
    "popular_in_segment": _popular_in_segment,
    "category_affinity": _category_affinity,
    "new_items": _new_items,
    "popular_lately": _popular_lately,
}


def strongest_anchors(context: Context, listed: pd.DataFrame, links: Any, owned: Any) -> np.ndarray:
    """Return the item_key of the person's own item (people x items) whose link (items x items) to each listed item
    counts most.
    """
    rows = context.positions(listed["user_key"].to_numpy())
    similar = links.T.tocsr()[listed["item_key"].to_numpy()]
    return np.asarray(owned[rows].multiply(similar).tocsr().argmax(axis=1)).ravel()


def item_names(items: pd.DataFrame) -> pd.Series:
    """Return what an item is called; its id where it has no name."""
    return items["item_name"].fillna(items["item_id"])
