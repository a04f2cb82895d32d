"""People as rows of numbers, as of a day and as known on that day: what the feature table is made from."""

from __future__ import annotations

from datetime import date
from string import Template

import duckdb
import pandas as pd

LAST_CUT = "SELECT max(as_of_date) FROM profiles.user_metrics_history"
PEOPLE = Template("""
WITH answers AS (
    SELECT
        map.user_key,
        arg_max(birth_year, (observed_at, customers.landed_date, source_file, source_line)) AS birth_year
    FROM intermediate.int_customers AS customers
    JOIN profiles.identity_map_history AS map ON customers.login_key = map.identifier_key
    WHERE customers.landed_date <= $$day AND map.known_from <= $$day AND map.known_to > $$day
    GROUP BY map.user_key
)
SELECT metrics.* EXCLUDE (as_of_date), year($$day) - answers.birth_year AS age
FROM profiles.$metrics AS metrics
LEFT JOIN answers USING (user_key)
WHERE metrics.as_of_date = $$day
ORDER BY metrics.user_key
""")


def served_people(connection: duckdb.DuckDBPyConnection, day: date) -> pd.DataFrame:
    """Return everyone on the served day: as_of_date, user_key, the metrics of user_metrics, age."""
    return _people(connection, "user_metrics", day)


def people_at_the_last_cut(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the same of the last Sunday, as everyone was known then; empty where no Sunday has passed."""
    (cut,) = connection.execute(LAST_CUT).fetchall()[0]
    return _people(connection, "user_metrics_history", cut or date.min)


def _people(connection: duckdb.DuckDBPyConnection, metrics: str, day: date) -> pd.DataFrame:
    people = connection.execute(PEOPLE.substitute(metrics=metrics), {"day": day}).df()
    people.insert(0, "as_of_date", pd.Series([day] * len(people), dtype="object"))
    return people
