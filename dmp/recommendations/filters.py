"""Rules that a candidate must pass; each returns what it keeps and what it removes, with the rule and the
reason.

A filter takes (context, candidates) and returns (kept, removed): kept has the columns of candidates, removed
has user_key, item_key, rule, detail. Every candidate is in exactly one of them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.features import pair_facts

Filtered = tuple[pd.DataFrame, pd.DataFrame]
REMOVED_COLUMNS = ["user_key", "item_key", "rule", "detail"]

# Of twenty buyers, less than one has ever bought such an item again: it is something one owns.
DURABLE_REPURCHASE_RATE = 0.05


def split(candidates: pd.DataFrame, is_removed: np.ndarray, rule: str, detail: np.ndarray | str) -> Filtered:
    """Part the candidates; `detail` is one text for all or one per candidate."""
    removed = candidates.loc[is_removed, ["user_key", "item_key"]].assign(rule=rule)
    removed["detail"] = detail if isinstance(detail, str) else detail[is_removed]
    return candidates[~is_removed], removed


def without_consent(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Leave people who have not consented to personalisation only what is popular, and nothing else about
    it.
    """
    refuses = ~_people(context, candidates)["is_consented"].to_numpy(dtype=bool)
    is_personal = candidates["popular_lately_rank"].isna().to_numpy()
    detail = "no consent to personalisation: only what is popular remains"
    kept, removed = split(candidates, refuses & is_personal, "without_consent", detail)
    blank = kept.columns.difference(["user_key", "item_key", "popular_lately_score", "popular_lately_rank"])
    kept = kept.copy()
    kept.loc[refuses[~(refuses & is_personal)], blank] = np.nan
    return kept, removed


def below_age(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items with an age limit that the person is not known to have reached."""
    limit = _items(context, candidates)["min_age"].to_numpy(dtype=np.float64, na_value=np.nan)
    age = _people(context, candidates)["age"].to_numpy(dtype=np.float64, na_value=np.nan)
    is_removed = ~np.isnan(limit) & ~(age >= limit)
    detail = _texts(is_removed, "from age {:.0f}, age {:.0f}", limit, age)
    detail[is_removed & np.isnan(age)] = "age limit, age unknown"
    return split(candidates, is_removed, "below_age", detail)


def blocked_region(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items blocked in the person's region; an unknown region may be a blocked one."""
    blocked = context.items["blocked_regions"]
    has_rule = np.array(
        [isinstance(regions, list | np.ndarray) and len(regions) > 0 for regions in blocked], dtype=bool
    )
    region = _people(context, candidates)["region"].astype(object)
    is_removed = has_rule[candidates["item_key"].to_numpy()]
    rows = np.flatnonzero(is_removed)
    regions = blocked.iloc[candidates["item_key"].to_numpy()[rows]]
    own = region.iloc[rows]
    is_removed[rows] = [pd.isna(here) or here in set(there) for here, there in zip(own, regions, strict=True)]
    detail = "region " + region.where(region.notna(), "unknown").to_numpy(dtype=object)
    return split(candidates, is_removed, "blocked_region", detail)


def out_of_stock(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items whose known stock is used up."""
    stock = _items(context, candidates)["stock_quantity"].to_numpy(dtype=np.float64, na_value=np.nan)
    return split(candidates, stock <= 0, "out_of_stock", "none left in stock")


def refused(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items that the person has dismissed and not bought since."""
    own = pair_facts(context, candidates)
    dismissed, bought = own["last_dismiss_days"], own["last_purchase_days"]
    is_removed = ~np.isnan(dismissed) & ~(bought < dismissed)
    return split(
        candidates, is_removed, "refused", _texts(is_removed, "dismissed {:.0f} days ago", dismissed)
    )


def already_owned(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove durable items that the person has bought.

    Durable is what the catalogue says is no consumable; where it does not say, what is hardly ever bought
    twice.
    """
    bought = pair_facts(context, candidates)["last_purchase_days"]
    is_consumable = _items(context, candidates)["is_consumable"].astype("boolean")
    seldom = _items(context, candidates)["repurchase_rate"].to_numpy() < DURABLE_REPURCHASE_RATE
    is_durable = np.where(is_consumable.isna(), seldom, ~is_consumable.fillna(True).to_numpy(dtype=bool))
    is_removed = ~np.isnan(bought) & is_durable
    detail = _texts(is_removed, "bought {:.0f} days ago and seldom bought twice", bought)
    return split(candidates, is_removed, "already_owned", detail)


def _people(context: Context, candidates: pd.DataFrame) -> pd.DataFrame:
    return context.people.iloc[context.positions(candidates["user_key"].to_numpy())]


def _items(context: Context, candidates: pd.DataFrame) -> pd.DataFrame:
    return context.items.iloc[candidates["item_key"].to_numpy()]


def _texts(is_removed: np.ndarray, text: str, *values: np.ndarray) -> np.ndarray:
    """Fill the text for removed rows; the others stay empty."""
    texts = np.full(len(is_removed), "", dtype=object)
    texts[is_removed] = [
        text.format(*row) for row in zip(*(value[is_removed] for value in values), strict=True)
    ]
    return texts
