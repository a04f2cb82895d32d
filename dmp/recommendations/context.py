"""What recall, filters and features may look at: the facts as known on one cut, and nothing later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from threading import RLock
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from dmp.list_order import ListOrder
from dmp.list_rules import ListRules
from dmp.recommendations import facts
from dmp.recommendations.day_facts import Days, days_of
from dmp.recommendations.groups import group_codes
from dmp.recommendations.item_facts import item_facts, person_facts
from dmp.recommendations.judged_outcome import PURCHASE, JudgedOutcome, strongest_outcome
from dmp.recommendations.neighbours import item_neighbours, late_weights, person_weights
from dmp.recommendations.value import ItemWorth, item_worth
from dmp.settings import Settings


@dataclass(frozen=True)
class Vectors:
    """Item and person representations of one basis: tables (item_id, vector) and (user_key, vector)."""

    item_vectors: pd.DataFrame
    user_vectors: pd.DataFrame


@dataclass(frozen=True)
class Context:
    """The facts as known on `cut`.

    `items`: one row per item of the catalogue, `item_key` is its row number, `is_known` whether it existed on
    the cut. `pairs`: one row per (user_key, item_key) with activity, sorted. `days`: the same per day of
    activity. `people`: one row per user_key, sorted; `segment_id` is the cluster of then. Attributes without
    history (age, region, consent, category, rules on items) are those of the served day; stock, which what was
    bought since has changed, is looked at in serving only. `order`, `list_length` and `rules` are the owner's.
    `judged_outcome` is what lists are judged by. `learnt_on`: the context from which everything that is learned from
    all people is learned, if it is an earlier one; the popularity in `items` is of that one too. `threads`: so many
    blocks of people may be looked at at once; nothing else depends on it. `held_out`: user_key and policy of those
    whose lists are not personal, in serving.
    """

    cut: date
    items: pd.DataFrame
    pairs: pd.DataFrame
    days: pd.DataFrame
    people: pd.DataFrame
    vectors: Vectors | None = None
    order: ListOrder = field(default_factory=ListOrder)
    list_length: int = 20
    rules: ListRules = field(default_factory=ListRules)
    judged_outcome: JudgedOutcome = PURCHASE
    learnt_on: Context | None = None
    threads: int = 1
    held_out: pd.DataFrame | None = None

    @property
    def learning(self) -> Context:
        """What channels learn from; a person's own facts are always those of this context."""
        return self.learnt_on or self

    @cached_property
    def user_keys(self) -> np.ndarray:
        """Sorted keys of all people; a position in it is the row of a person in every matrix."""
        return self.people["user_key"].to_numpy()

    @cached_property
    def pair_codes(self) -> np.ndarray:
        """One integer per row of `pairs`, increasing."""
        return self.codes(self.pairs)

    @cached_property
    def worth(self) -> ItemWorth:
        """What each item is worth to the shop when it is bought."""
        return item_worth(self.items, self.order)

    @cached_property
    def person_weights(self) -> Any:
        """Sparse people x items, see `neighbours.person_weights`."""
        return person_weights(self)

    @cached_property
    def neighbours(self) -> Any:
        """Sparse items x items, see `neighbours.item_neighbours`."""
        return item_neighbours(self.person_weights)

    @cached_property
    def late_weights(self) -> Any:
        """Sparse people x items, see `neighbours.late_weights`."""
        return late_weights(self)

    @cached_property
    def active_days(self) -> Days:
        """What people who consented did on each of their days."""
        return self._days(self.days)

    @cached_property
    def purchase_days(self) -> Days:
        """What people who consented bought on each of their days."""
        return self._days(self.days[self.days["is_bought"]])

    def _days(self, rows: pd.DataFrame) -> Days:
        rows = rows[self.has_consented(rows["user_key"].to_numpy())]
        positions = self.positions(rows["user_key"].to_numpy())
        return days_of(rows, positions, len(self.people), len(self.items))

    def has_consented(self, user_keys: np.ndarray) -> np.ndarray:
        """Say who consented to personalisation: nothing personal is learned from the others, or made for them."""
        return self.people["is_consented"].to_numpy(dtype=bool)[self.positions(user_keys)]

    def is_held_out(self, user_keys: np.ndarray) -> np.ndarray:
        """Say who is held out of personal lists, to see what they bring."""
        return np.isin(user_keys, [] if self.held_out is None else self.held_out["user_key"].to_numpy())

    def is_personal(self, user_keys: np.ndarray) -> np.ndarray:
        """Say whose lists look at what they did: those of people who consented and are not held out."""
        return self.has_consented(user_keys) & ~self.is_held_out(user_keys)

    @cached_property
    def _made(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _making(self) -> defaultdict[str, RLock]:
        return defaultdict(RLock)

    def made(self, make: Callable[[Context], Any]) -> Any:
        """Return `make(self)`, made once: what a channel learns from all people serves each block of them."""
        return self._once(f"{make.__module__}.{make.__qualname__}", lambda: make(self))

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        with self._making[name]:
            if name not in self._made:
                self._made[name] = make()
            return self._made[name]

    def weights(self, user_keys: np.ndarray) -> Any:
        """Rows of `person_weights`."""
        return self.person_weights[self.positions(user_keys)]

    def own(self, column: str, user_keys: np.ndarray) -> np.ndarray:
        """One column of `pairs` as people x items, 0 where it is missing."""
        matrix = self._once(column, lambda: self.pair_matrix(self.pairs[column].fillna(0)))
        return matrix[self.positions(user_keys)].toarray()

    def touched(self, user_keys: np.ndarray) -> np.ndarray:
        """People x items: whether a person ever did anything with an item; being shown it is nothing done."""
        acts = ["view_count", "cart_count", "purchase_day_count", "dismiss_count"]
        matrix = self._once("touched", lambda: self.pair_matrix(self.pairs[acts].fillna(0).sum(axis=1)))
        return matrix[self.positions(user_keys)].toarray() > 0

    def pair_matrix(self, values: pd.Series | np.ndarray) -> Any:
        """Return sparse people x items of one number per row of `pairs`."""
        from scipy.sparse import csr_matrix

        starts = np.r_[np.searchsorted(self.pairs["user_key"], self.user_keys), len(self.pairs)]
        matrix = (np.asarray(values, dtype=np.float32), self.pairs["item_key"], starts)
        return csr_matrix(matrix, shape=(len(self.user_keys), len(self.items)))

    def positions(self, user_keys: np.ndarray) -> np.ndarray:
        """Row of each person in `people`; every key must be there."""
        # Rows come sorted by person: each is looked up once.
        starts = np.flatnonzero(np.r_[True, user_keys[1:] != user_keys[:-1]][: len(user_keys)])
        found = np.searchsorted(self.user_keys, user_keys[starts])
        return np.repeat(found, np.diff(np.r_[starts, len(user_keys)]))

    def people_codes(self, column: str) -> np.ndarray:
        """Number of each person's group of a column of `people`, see `group_codes`."""
        return self._once(f"people {column}", lambda: group_codes(self.people[column]))

    def item_codes(self, column: str) -> np.ndarray:
        """Number of each item's group of a column of `items`, see `group_codes`."""
        return self._once(f"items {column}", lambda: group_codes(self.items[column]))

    def codes(self, rows: pd.DataFrame) -> np.ndarray:
        """One integer per (user_key, item_key) row, ordered like the two keys."""
        positions = self.positions(rows["user_key"].to_numpy()).astype(np.int64)
        return positions * len(self.items) + rows["item_key"].to_numpy()

    def joined_by(self, user_keys: np.ndarray) -> Context:
        """Return the context with people added of whom nothing is known, not even a consent."""
        strangers = pd.DataFrame({"user_key": np.setdiff1d(user_keys, self.user_keys)})
        if strangers.empty:
            return self
        strangers = strangers.assign(is_served=False, is_consented=False, is_consented_sensitive=False)
        rows = pd.concat([self.people, strangers], ignore_index=True)
        return replace(self, people=rows.sort_values("user_key", ignore_index=True))


def context_as_known(
    connection: duckdb.DuckDBPyConnection,
    cut: date,
    as_of_date: date,
    vectors: Vectors | None = None,
    settings: Settings | None = None,
    *,
    learnt_on: Context | None = None,
) -> Context:
    """Read the context of a cut from the warehouse, with profiles as of `as_of_date`.

    Leaves `facts.know(cut)` in force, for reading the outcomes after it.
    """
    settings = settings or Settings()
    facts.know(connection, cut)
    pairs = facts.pairs(connection, settings.list_rules)
    items = item_facts(facts.catalogue(connection), pairs if learnt_on is None else learnt_on.pairs, cut)
    people = person_facts(facts.people(connection, as_of_date), pairs)
    people = people.merge(facts.clusters(connection, cut), on="user_key", how="left")
    return Context(
        cut,
        items,
        pairs,
        facts.days(connection),
        people,
        vectors,
        settings.list_order,
        settings.list_length,
        settings.list_rules,
        strongest_outcome(connection, as_of_date),
        learnt_on,
        settings.threads,
        facts.held_out(connection) if cut == as_of_date else None,
    )
