"""What recall, filters and features may look at: the facts as known on one cut, and nothing later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from dmp.recommendations import facts
from dmp.recommendations.neighbours import item_neighbours, person_weights

# So many buyers at the mean rate stand behind every measured repurchase rate.
_PRIOR_BUYERS = 20
_DAYS_TO_RETURN = 30


@dataclass(frozen=True)
class Vectors:
    """Item and person representations of one basis: tables (item_id, vector) and (user_key, vector)."""

    item_vectors: pd.DataFrame
    user_vectors: pd.DataFrame


@dataclass(frozen=True)
class Context:
    """The facts as known on `cut`.

    `items`: one row per item of the catalogue, `item_key` is its row number, `is_known` whether it existed on
    the cut. `pairs`: one row per (user_key, item_key) with activity, sorted. `people`: one row per user_key,
    sorted. Attributes without history (age, region, consent, category, rules on items) are those of the
    served day; stock, which what was bought since has changed, is looked at in serving only.
    """

    cut: date
    items: pd.DataFrame
    pairs: pd.DataFrame
    people: pd.DataFrame
    vectors: Vectors | None = None

    @cached_property
    def user_keys(self) -> np.ndarray:
        """Sorted keys of all people; a position in it is the row of a person in every matrix."""
        return self.people["user_key"].to_numpy()

    @cached_property
    def pair_codes(self) -> np.ndarray:
        """One integer per row of `pairs`, increasing."""
        return self.codes(self.pairs)

    @cached_property
    def person_weights(self) -> Any:
        """Sparse people x items, see `neighbours.person_weights`."""
        return person_weights(self)

    @cached_property
    def neighbours(self) -> Any:
        """Sparse items x items, see `neighbours.item_neighbours`."""
        return item_neighbours(self.person_weights)

    def positions(self, user_keys: np.ndarray) -> np.ndarray:
        """Row of each person in `people`; every key must be there."""
        return np.searchsorted(self.user_keys, user_keys)

    def codes(self, rows: pd.DataFrame) -> np.ndarray:
        """One integer per (user_key, item_key) row, ordered like the two keys."""
        positions = self.positions(rows["user_key"].to_numpy()).astype(np.int64)
        return positions * len(self.items) + rows["item_key"].to_numpy()

    def joined_by(self, user_keys: np.ndarray) -> Context:
        """Return the context with people added of whom nothing is known, not even a consent."""
        strangers = pd.DataFrame({"user_key": np.setdiff1d(user_keys, self.user_keys), "is_consented": False})
        if strangers.empty:
            return self
        rows = pd.concat([self.people, strangers.assign(is_served=False)], ignore_index=True)
        return replace(self, people=rows.sort_values("user_key", ignore_index=True))


def context_as_known(
    connection: duckdb.DuckDBPyConnection, cut: date, as_of_date: date, vectors: Vectors | None = None
) -> Context:
    """Read the context of a cut from the warehouse, with profiles as of `as_of_date`.

    Leaves `facts.know(cut)` in force, for reading the outcomes after it.
    """
    facts.know(connection, cut)
    items, pairs = facts.items(connection), facts.pairs(connection)
    catalogue_days = (pd.Timestamp(cut) - pd.to_datetime(items["first_seen_date"])).dt.days
    items["item_age_days"] = catalogue_days.where(catalogue_days >= 0, items["item_first_activity_days"])
    items["is_known"] = items["item_age_days"].notna()
    items["repurchase_rate"] = repurchase_rates(items, pairs)
    return Context(cut, items, pairs, facts.people(connection, as_of_date), vectors)


def repurchase_rates(items: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """Return per item the share of its buyers who bought it on a second day; missing where nobody can tell.

    Only buyers who had 30 days to come back count. A rate is drawn towards that of its category, and that
    towards the shop's, by 20 buyers each: few buyers prove little, fewer than 20 in the whole shop nothing.
    """
    bought = pairs[pairs["first_purchase_days"] >= _DAYS_TO_RETURN]
    buyers = np.bincount(bought["item_key"], minlength=len(items))
    again = np.bincount(bought["item_key"], weights=bought["purchase_day_count"] > 1, minlength=len(items))
    if buyers.sum() < _PRIOR_BUYERS:
        return np.full(len(items), np.nan)
    shop_rate = again.sum() / buyers.sum()
    category = items["category"].fillna("").to_numpy(dtype=object)
    sums = pd.DataFrame({"again": again, "buyers": buyers}).groupby(category).transform("sum")
    category_rate = (sums["again"] + _PRIOR_BUYERS * shop_rate) / (sums["buyers"] + _PRIOR_BUYERS)
    return ((again + _PRIOR_BUYERS * category_rate) / (buyers + _PRIOR_BUYERS)).to_numpy()
