"""How clusters are written down: fits, trials, and the same logs and members as those of segments by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from dmp.segments.cluster_choice import Trial, chosen
from dmp.segments.clusters import Recipe
from dmp.segments.folding import Pair
from dmp.segments.tables import CLUSTER_FITS, CLUSTER_TRIALS, create_table

PURPOSE, OWNER = "analytics", "marketing-data"
FITS = """
SELECT fitted_on, algorithm, cluster_count, list(split_part(segment_id, '_', 2)::BIGINT ORDER BY label) AS ids
FROM segments.cluster_fits GROUP BY fitted_on, algorithm, cluster_count ORDER BY fitted_on
"""
# Who was in another cluster at the cut before; `still`: the cluster of now by the fit of before.
MOVES = """
CREATE OR REPLACE TEMP TABLE cluster_moves AS
WITH pairs AS (SELECT unnest($was_on::DATE[]) AS was_on, unnest($now_on::DATE[]) AS now_on),
was AS (SELECT found.*, pairs.now_on FROM found INNER JOIN pairs ON found.as_of_date = pairs.was_on),
now AS (SELECT found.*, pairs.now_on FROM found INNER JOIN pairs ON found.as_of_date = pairs.now_on)
SELECT coalesce(now.now_on, was.now_on) AS changed_on, coalesce(now.user_key, was.user_key) AS user_key,
    'cluster_' || was.cluster AS was_in, 'cluster_' || now.cluster AS now_in,
    CASE
        WHEN now.user_key IS NULL THEN 'identity'
        WHEN was.cluster IS DISTINCT FROM now.still THEN 'person'
        ELSE 'rule'
    END AS cause
FROM was FULL JOIN now ON was.now_on = now.now_on AND was.user_key = now.user_key
WHERE was.cluster IS DISTINCT FROM now.cluster
"""
CHANGES = f"""
INSERT INTO segments.user_segment_changes BY NAME
SELECT changed_on, user_key, segment_id, change, cause, 1 AS version, '{PURPOSE}' AS purpose,
    CASE cause WHEN 'rule' THEN 'clusters were made anew' WHEN 'identity' THEN 'joined with another person'
        ELSE concat(coalesce(was_in, 'not known'), ' -> ', now_in) END AS reason
FROM (
    SELECT *, was_in AS segment_id, 'left' AS change FROM cluster_moves WHERE was_in IS NOT NULL
    UNION ALL
    SELECT *, now_in AS segment_id, 'joined' AS change FROM cluster_moves WHERE now_in IS NOT NULL
)
"""  # noqa: S608 - a name of this module
SIZES = """
INSERT INTO segments.segment_sizes BY NAME
WITH counts AS (
    SELECT as_of_date, 'cluster_' || cluster AS segment_id, 1 AS person_count, 0 AS joined_count, 0 AS left_count
    FROM found WHERE list_contains($now_on::DATE[], as_of_date::DATE)
    UNION ALL
    SELECT changed_on, now_in, 0, 1, 0 FROM cluster_moves WHERE now_in IS NOT NULL
    UNION ALL
    SELECT changed_on, was_in, 0, 0, 1 FROM cluster_moves WHERE was_in IS NOT NULL
)
SELECT as_of_date, segment_id, 1 AS version, 'cluster' AS rule_hash, sum(person_count) AS person_count,
    sum(joined_count) AS joined_count, sum(left_count) AS left_count
FROM counts GROUP BY as_of_date, segment_id
"""
TODAY = f"""
INSERT INTO segments.segments BY NAME
SELECT $served AS as_of_date, fits.segment_id, 'cluster' AS kind, fits.segment_name, fits.segment_name_zh,
    '{OWNER}' AS owner, '{PURPOSE}' AS purpose, 1 AS version, fits.rule, true AS has_history,
    count(found.user_key) AS person_count
FROM segments.cluster_fits AS fits LEFT JOIN found ON fits.segment_id = 'cluster_' || found.cluster
WHERE fits.fitted_on = $fitted_on
GROUP BY ALL
"""  # noqa: S608 - names of this module
MEMBERS = f"""
INSERT INTO segments.user_segments BY NAME
WITH joined_last AS (
    SELECT user_key, segment_id, max(changed_on) AS joined_on FROM segments.user_segment_changes
    WHERE change = 'joined' AND segment_id LIKE 'cluster\\_%' ESCAPE '\\' GROUP BY user_key, segment_id
)
SELECT $served AS as_of_date, found.user_key, fits.segment_id, fits.segment_name, 'cluster' AS kind, 1 AS version,
    '{PURPOSE}' AS purpose, joined_on AS valid_from, joined_on AS known_from,
    concat('most like people with ', fits.rule) AS reason
FROM found
INNER JOIN segments.cluster_fits AS fits ON fits.segment_id = 'cluster_' || found.cluster
INNER JOIN joined_last ON found.user_key = joined_last.user_key AND fits.segment_id = joined_last.segment_id
WHERE fits.fitted_on = $fitted_on
"""  # noqa: S608 - names of this module


@dataclass(frozen=True)
class Fit:
    """The clusters in use from a Sunday on; ids: the cluster number of each label."""

    fitted_on: date
    recipe: Recipe
    ids: list[int]


def read_fits(connection: duckdb.DuckDBPyConnection, first: date) -> list[Fit]:
    """Return the fits before a day, oldest first, and forget those after."""
    for name, columns in {"cluster_fits": CLUSTER_FITS, "cluster_trials": CLUSTER_TRIALS}.items():
        create_table(connection, name, columns, anew=False)
    connection.execute("DELETE FROM segments.cluster_fits WHERE fitted_on >= ?", [first])
    connection.execute("DELETE FROM segments.cluster_trials WHERE fitted_on >= ?", [first])
    return [
        Fit(day, Recipe(algorithm, count), ids)
        for day, algorithm, count, ids in connection.execute(FITS).fetchall()
    ]


def write_fit(connection: duckdb.DuckDBPyConnection, one: Fit, described: pd.DataFrame) -> None:
    """Write the clusters of a fit, each with what sets it apart."""
    rows = described.assign(
        fitted_on=one.fitted_on,
        segment_id=[f"cluster_{place}" for place in one.ids],
        label=range(len(one.ids)),
        algorithm=one.recipe.algorithm,
        cluster_count=one.recipe.count,
    )
    _insert(connection, "INSERT INTO segments.cluster_fits BY NAME FROM found", rows)


def write_trials(connection: duckdb.DuckDBPyConnection, day: date, tried: Sequence[Trial]) -> None:
    """Write what was tried and what was chosen."""
    rows = [
        {
            "fitted_on": day,
            "algorithm": trial.recipe.algorithm,
            "cluster_count": trial.recipe.count,
            "usefulness": trial.usefulness,
            "stability": trial.stability,
            "is_chosen": trial.recipe == chosen(tried),
        }
        for trial in tried
    ]
    _insert(connection, "INSERT INTO segments.cluster_trials BY NAME FROM found", pd.DataFrame(rows))


def write_changes(connection: duckdb.DuckDBPyConnection, people: pd.DataFrame, pairs: Sequence[Pair]) -> None:
    """Write who moved between clusters from the first day of each pair to the second, and how many were in each then.

    people: as_of_date, user_key, cluster and still of everybody on all these days.
    """
    connection.register("found", people)
    was_on, now_on = ([pair[place] for pair in pairs] for place in (0, 1))
    connection.execute(MOVES, {"was_on": was_on, "now_on": now_on})
    connection.execute(CHANGES)
    connection.execute(SIZES, {"now_on": now_on})
    connection.unregister("found")


def write_today(connection: duckdb.DuckDBPyConnection, people: pd.DataFrame, one: Fit, served: date) -> None:
    """Write the clusters in use and their people."""
    connection.register("found", people)
    for statement in (TODAY, MEMBERS):
        connection.execute(statement, {"served": served, "fitted_on": one.fitted_on})
    connection.unregister("found")


def _insert(connection: duckdb.DuckDBPyConnection, statement: str, rows: pd.DataFrame) -> None:
    connection.register("found", rows)
    connection.execute(statement)
    connection.unregister("found")
