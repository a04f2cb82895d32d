"""Who reaches whom, and how far that makes somebody heard: PageRank over referrals and things shared.

A common address or household is no tie: it says where people live, not whom they listen to.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

# Below this, ranks say more about who came first than about who is listened to.
MINIMUM_TIES = 30
DAMPING = 0.85
TIES = """
SELECT ties.user_key, others.user_key AS other_user_key, count(*) AS tie_count
FROM profiles.user_social_ties AS ties
JOIN profiles.identity_map_history AS others ON ties.other_identifier_key = others.identifier_key
WHERE ties.event_date <= $day AND ties.landed_date <= $day AND ties.user_key <> others.user_key
    AND ties.known_from <= $day AND $day < ties.known_to AND others.known_from <= $day AND $day < others.known_to
GROUP BY ALL ORDER BY ALL
"""
COLUMNS = {
    "as_of_date": "object", "user_key": "int64", "user_id": "str", "reached_count": "int64",
    "reached_by_count": "int64", "influence_score": "float64", "influence_rank": "Int64", "reason": "object",
}  # fmt: skip


def read_ties(connection: duckdb.DuckDBPyConnection, day: date) -> pd.DataFrame:
    """Return who had reached whom by a day, as known on it: user_key, other_user_key, tie_count, sorted."""
    return connection.execute(TIES, {"day": day}).df()


def influence_table(ties: pd.DataFrame, profiles: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return `user_influence`: one row per person with a tie, sorted by user_key.

    `ties`: see read_ties. `profiles`: user_key, user_id. Columns: how many people they reached and were reached by;
    influence_score, their PageRank as a share of the highest one, and influence_rank from 1 (equal scores share the
    better rank), both NULL with a `reason` where fewer than MINIMUM_TIES pairs of people are tied.
    """
    people = pd.Index(ties["user_key"]).union(ties["other_user_key"]).unique().sort_values()
    table = pd.DataFrame({"user_key": people}).merge(
        profiles[["user_key", "user_id"]], on="user_key", how="left"
    )
    table["as_of_date"] = day
    table["reached_count"] = ties.groupby("user_key").size().reindex(people, fill_value=0).to_numpy()
    table["reached_by_count"] = ties.groupby("other_user_key").size().reindex(people, fill_value=0).to_numpy()
    is_enough = len(ties) >= MINIMUM_TIES
    table["influence_score"] = pagerank(ties) if is_enough else float("nan")
    table["influence_rank"] = table["influence_score"].rank(method="min", ascending=False)
    table["reason"] = None if is_enough else f"{len(ties)} ties are too few, {MINIMUM_TIES} are needed"
    return table[list(COLUMNS)].astype(COLUMNS)


def pagerank(ties: pd.DataFrame) -> list[float]:
    """Return the PageRank (Page, Brin, Motwani and Winograd 1999) of each person in the order of their keys.

    As a share of the highest. Who was reached passes rank on to those who reached them, by the number of times.
    """
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(sorted({*ties["user_key"], *ties["other_user_key"]}))
    graph.add_weighted_edges_from(ties[["other_user_key", "user_key", "tie_count"]].itertuples(index=False))
    ranks = list(nx.pagerank(graph, alpha=DAMPING, max_iter=1000, tol=1e-12).values())
    return [round(rank / max(ranks), 9) for rank in ranks]
