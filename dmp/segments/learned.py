"""What is learned of segments on request: lookalikes of one, and groups by what people did next, as known now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from dmp.segments.lookalikes import FEWEST_SEEDS, LIKENESS, People, expand, tf_idf
from dmp.segments.outcome_tree import grow
from dmp.settings import DmpError, Home
from dmp.warehouse import connect

QUARTER = timedelta(weeks=13)
# What groups by outcome are for.
LEARNING = "analytics"
NUMBERS = """
SELECT column_name FROM duckdb_columns()
WHERE schema_name = 'profiles' AND table_name = 'user_metrics' AND data_type <> 'BOOLEAN'
    AND column_name NOT IN ('as_of_date', 'user_key')
ORDER BY column_index
"""
ITEMS = """
SELECT user_key, item_id, sum(purchase_count)::BIGINT AS bought_count
FROM profiles.user_item_activity SEMI JOIN profiles.user_metrics USING (user_key)
WHERE known_to = DATE '9999-12-31' AND purchase_count > 0
GROUP BY user_key, item_id ORDER BY user_key, item_id
"""
# Whoever consents to a purpose, as known now.
CONSENTING = """
SELECT user_key FROM (UNPIVOT profiles.user_consents ON COLUMNS('is_consented_') INTO NAME purpose VALUE is_granted)
WHERE is_granted AND purpose = 'is_consented_' || $purpose
"""
PEOPLE = f"""
SELECT * FROM profiles.user_metrics SEMI JOIN ({CONSENTING}) AS consenting USING (user_key) ORDER BY user_key
"""  # noqa: S608 - names of this module
# A person of then goes by an identifier of today's person.
CUT = f"""
SELECT * FROM profiles.user_metrics_history
SEMI JOIN (
    SELECT map.identifier_key AS user_key FROM profiles.identity_map AS map
    SEMI JOIN ({CONSENTING}) AS consenting USING (user_key)
) AS known USING (user_key)
WHERE as_of_date = $cut ORDER BY user_key
"""  # noqa: S608 - names of this module


def lookalikes(home: Home, segment: str, share: float) -> list[dict[str, Any]]:
    """Return the people most like a segment's who are not in it: user_key, score, reason; `share` of all others.

    Learned from and listed are people alone who consent to the segment's purpose. Raises DmpError where there is no
    such segment, or it holds too few of them, or all.
    """
    with connect(home, home.settings(), read_only=True) as connection:
        people, keys = _people(connection, _purpose(connection, segment))
        query = "SELECT user_key FROM segments.user_segments WHERE segment_id = ?"
        members = {key for (key,) in connection.execute(query, [segment]).fetchall()}
    seeds = np.isin(keys, list(members))
    if seeds.sum() < FEWEST_SEEDS or seeds.all():
        raise DmpError(
            f"{segment} holds {seeds.sum()} of {len(keys)} people: lookalikes need {FEWEST_SEEDS}, and others"
        )
    found = expand(people, seeds)
    scores = np.where(seeds, -1, found.scores)
    chosen = np.lexsort((keys, -scores))[: int(np.ceil(share * (~seeds).sum()))]
    return [
        {
            "user_key": int(keys[place]),
            "score": round(float(scores[place]), 4),
            "reason": _reason(people, found.parts, place),
        }
        for place in chosen
    ]


def _reason(people: People, parts: pd.DataFrame, place: int) -> str:
    """Return the three numbers that speak most for a person."""
    row = parts.iloc[place]
    best = [name for name in row.sort_values(ascending=False, kind="stable").index[:3] if row[name] > 0]
    words = {LIKENESS[0]: "bought like them", LIKENESS[1]: "bought what they buy more than others"}
    return "; ".join(words.get(name) or f"{name} {people.metrics[name].iloc[place]:g}" for name in best)


def _purpose(connection: duckdb.DuckDBPyConnection, segment: str) -> str:
    query = "SELECT purpose FROM segments.segments WHERE segment_id = ?"
    found = connection.execute(query, [segment]).fetchone()
    if found is None:
        raise DmpError(f"there is no segment '{segment}': `dmp segment list` shows all")
    return str(found[0])


def _people(connection: duckdb.DuckDBPyConnection, purpose: str) -> tuple[People, np.ndarray]:
    from scipy.sparse import csr_matrix

    metrics = connection.execute(PEOPLE, {"purpose": purpose}).df()
    keys = metrics["user_key"].to_numpy()
    bought = connection.execute(ITEMS).df()
    bought = bought[bought["user_key"].isin(keys)]
    items = np.unique(bought["item_id"].to_numpy(dtype=str))
    places = (
        np.searchsorted(keys, bought["user_key"]),
        np.searchsorted(items, bought["item_id"].to_numpy(dtype=str)),
    )
    counts = csr_matrix((bought["bought_count"].to_numpy(), places), shape=(len(keys), max(1, len(items))))
    placed = connection.execute("SELECT user_key, vector FROM vectors.user_vectors ORDER BY user_key").df()
    placed = placed[placed["user_key"].isin(keys)]
    vectors = np.zeros((len(keys), len(placed["vector"].iloc[0]) if len(placed) else 1))
    known = np.isin(keys, placed["user_key"])
    if known.any():
        wanted = placed.set_index("user_key").loc[keys[known], "vector"]
        vectors[known] = np.stack(wanted.to_list())
    numbers = metrics[_numbers(connection)].astype("float64")
    return People(numbers, tf_idf(counts), vectors), keys


def _numbers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [name for (name,) in connection.execute(NUMBERS).fetchall()]


def outcome_groups(home: Home) -> list[dict[str, Any]]:
    """Return groups of people by whether they buy in the next 90 days, as rules: who, rates and supports at two cuts.

    Grown on people as of half a year before the last Sunday, measured on people as of a quarter before it, of those
    who consent to analytics.
    Raises DmpError where the log is shorter than that.
    """
    with connect(home, home.settings(), read_only=True) as connection:
        (last,) = connection.execute(
            "SELECT max(as_of_date) FROM profiles.user_metrics_history"
        ).fetchone() or (None,)
        cuts = [last - 2 * QUARTER, last - QUARTER, last] if last else []
        then, later, now = (_at(connection, cut) for cut in cuts) if last else (pd.DataFrame(),) * 3
        names = [
            name
            for name in _numbers(connection)
            if len(then) and not (then[name].isna().any() or later[name].isna().any())
        ]
    if not len(then):
        raise DmpError("the log is too short: groups by outcome need half a year of weekly cuts")
    leaves = grow(then[names], _bought(then, later), later[names], _bought(later, now))
    return [
        {
            "who": leaf.who, "support": leaf.support, "rate": round(leaf.rate, 4),
            "later_support": leaf.later_support, "later_rate": round(leaf.later_rate, 4), "measured_at": str(cuts[1]),
        }
        for leaf in leaves
    ]  # fmt: skip


def _at(connection: duckdb.DuckDBPyConnection, cut: date) -> pd.DataFrame:
    return connection.execute(CUT, {"cut": cut, "purpose": LEARNING}).df()


def _bought(before: pd.DataFrame, after: pd.DataFrame) -> np.ndarray:
    """Return whether each person of a cut ordered in the 90 days up to a later one; those joined since count as not."""
    buyers = after.loc[after["order_count_90d"] > 0, "user_key"]
    return before["user_key"].isin(buyers).to_numpy()
