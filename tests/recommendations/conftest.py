"""One shop for all tests of the package: nothing in it changes its tables."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from repeat_shop import AS_OF_DATE, context_with_vectors, shop, shop_activity

from dmp.recommendations.context import Context


@pytest.fixture(scope="session")
def activity() -> pd.DataFrame:
    table = shop_activity()
    # One person dismisses what they looked at first.
    first = (table["user_key"] == table["user_key"].iloc[0]) & (table["item_id"] == table["item_id"].iloc[0])
    table.loc[first, ["dismiss_count", "purchase_count"]] = [1, 0]
    return table


@pytest.fixture(scope="session")
def connection(activity: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    return shop(activity)


@pytest.fixture(scope="session")
def context(connection: duckdb.DuckDBPyConnection) -> Context:
    """What is known on the last day, with vectors."""
    return context_with_vectors(connection, AS_OF_DATE)
