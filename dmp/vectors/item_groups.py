"""Groups of items whose buyers a trial asks for: categories, or words of names where a catalogue has none."""

from __future__ import annotations

import duckdb
import pandas as pd

# Smaller ones have too few buyers to tell representations apart.
FEWEST_ITEMS = 5
SHORTEST_WORD = 3

_CATEGORIES = """
SELECT DISTINCT category AS group_name, item_id FROM profiles.item_profiles WHERE category IS NOT NULL
"""
_WORDS = """
SELECT DISTINCT word AS group_name, item_id
FROM (
    SELECT item_id, unnest(regexp_extract_all(lower(item_name), '[[:alpha:]]+')) AS word
    FROM profiles.item_profiles
)
WHERE length(word) >= $shortest
"""


def item_groups(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return group_name, item_id, each once, sorted, of groups with enough items; an item may be in several."""
    groups = connection.execute(_CATEGORIES).df()
    if groups.empty:
        groups = connection.execute(_WORDS, {"shortest": SHORTEST_WORD}).df()
    groups = groups[groups.groupby("group_name")["item_id"].transform("size") >= FEWEST_ITEMS]
    return groups.sort_values(["group_name", "item_id"], ignore_index=True)
