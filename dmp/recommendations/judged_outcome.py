"""What lists are judged by: the strongest outcome that a log knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

_COUNTS = """
SELECT sum(purchase_count) > 0, sum(cart_count + favourite_count) > 0
FROM profiles.user_item_activity
WHERE landed_date <= $as_of_date
"""


@dataclass(frozen=True)
class JudgedOutcome:
    """An outcome by the columns that count it: of `outcomes`, of the context's pairs, and of its items (people)."""

    name: str
    outcome_count: str
    pair_count: str
    people_count: str

    def reached(self, outcomes: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of `outcomes` in which it came about."""
        return outcomes[outcomes[self.outcome_count] > 0]


PURCHASE = JudgedOutcome("purchase", "purchase_count", "purchase_day_count", "buyers_life")
CART = JudgedOutcome("cart", "cart_count", "cart_count", "viewers_life")
VIEW = JudgedOutcome("view", "view_count", "view_count", "viewers_life")


def strongest_outcome(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> JudgedOutcome:
    """Return that of a log: purchases; carts and favourites where nothing is bought; views where there are neither.

    In an empty log it is purchases.
    """
    row = connection.execute(_COUNTS, {"as_of_date": as_of_date}).fetchone()
    is_bought, is_carted = row or (None, None)
    if is_bought is None or is_bought:
        return PURCHASE
    return CART if is_carted else VIEW
