"""The vectors of a day: whose basis, in whose axes."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
from two_worlds import SUNDAY, warehouse

from dmp.vectors.basis import fitted_basis, item_vectors
from dmp.vectors.behaviour import Behaviour
from dmp.vectors.factorisation import FACTORISATION
from dmp.vectors.weekly import anchors, comparable_vectors_as_of, last_sunday, vectors_as_of
from dmp.warehouse import replace_tables


def test_signs_follow_the_largest_entry(points: pd.DataFrame) -> None:
    matrix = np.stack(item_vectors(fitted_basis(Behaviour(points), FACTORISATION))["vector"])
    largest = np.abs(matrix).argmax(axis=0)
    assert (matrix[largest, np.arange(matrix.shape[1])] > 0).all()


def test_the_basis_is_that_of_the_last_sunday(points: pd.DataFrame) -> None:
    connection = warehouse(points, SUNDAY)
    sunday = vectors_as_of(connection, SUNDAY)["item_vectors"]
    connection.execute(
        """INSERT INTO profiles.user_item_activity
        SELECT user_key + 1000, item_id, event_date + 2, landed_date + 2, known_from + 2, known_to, 0, 0, 0, 0, 1
        FROM profiles.user_item_activity"""
    )
    tuesday = vectors_as_of(connection, SUNDAY + timedelta(days=2))
    assert sunday["basis"].iloc[0] == tuesday["item_vectors"]["basis"].iloc[0]
    assert tuesday["user_vectors"]["user_key"].max() >= 1000


def test_too_few_people_have_no_vectors_and_no_basis(points: pd.DataFrame) -> None:
    few = comparable_vectors_as_of(warehouse(points[points["user_key"] < 3], SUNDAY), SUNDAY)
    for name, key in (("item_vectors", "item_id"), ("user_vectors", "user_key")):
        assert few[name].empty
        assert list(few[name].columns) == [key, "basis", "vector"]
    assert few["vector_bases"].empty
    with duckdb.connect() as connection:
        replace_tables(connection, "vectors", few)
        types = connection.execute("DESCRIBE vectors.vector_bases").fetchall()
    assert {name: kind for name, kind, *_ in types}["drift"] == "DOUBLE"


def test_a_sunday_is_its_own_last_sunday() -> None:
    assert last_sunday(SUNDAY) == SUNDAY
    assert last_sunday(date(2024, 3, 9)) == SUNDAY


def grown(points: pd.DataFrame, weeks: int) -> duckdb.DuckDBPyConnection:
    """Everybody does one thing more each week; every fifth week somebody new comes."""
    connection = warehouse(points.iloc[:0], SUNDAY)
    for week in range(weeks):
        rows = points[points.index % 4 <= week % 4].assign(
            user_key=lambda one, w=week: one["user_key"] + 40 * (w // 5)
        )
        connection.register("rows", rows)
        connection.execute(
            """INSERT INTO profiles.user_item_activity
            SELECT user_key, item_id, $day, $day, $day, DATE '9999-12-31', 0, 0, 0, 0, 1 FROM rows""",
            {"day": SUNDAY + timedelta(weeks=week)},
        )
    return connection


def test_axes_come_from_the_fourth_and_thirteenth_sunday_and_every_half_year(points: pd.DataFrame) -> None:
    days = anchors(grown(points, 70), SUNDAY + timedelta(weeks=69))
    assert [(day - SUNDAY).days // 7 + 1 for day in days] == [4, 13, 39, 65]
    assert anchors(grown(points, 3), SUNDAY + timedelta(weeks=2)) == []
    assert anchors(grown(points, 0), SUNDAY) == []


def test_vectors_of_different_weeks_can_be_compared(points: pd.DataFrame) -> None:
    connection = grown(points, 20)
    found = [
        comparable_vectors_as_of(connection, SUNDAY + timedelta(weeks=weeks, days=2)) for weeks in (15, 16)
    ]
    old, new = (np.stack(one["item_vectors"]["vector"]) for one in found)
    assert np.linalg.norm(new - old) < 0.2 * np.linalg.norm(old)
    spaces = [one["vector_bases"]["space"].unique().tolist() for one in found]
    assert spaces[0] == spaces[1] and len(spaces[0]) == 1
    own = [vectors_as_of(connection, SUNDAY + timedelta(weeks=weeks, days=2)) for weeks in (15, 16)]
    inner = [
        np.stack(one["user_vectors"]["vector"]) @ np.stack(one["item_vectors"]["vector"]).T
        for one in (own[0], found[0])
    ]
    assert np.abs(inner[0] - inner[1]).max() < 1e-3


def test_a_rebuild_gives_the_bases_that_were_given_day_by_day(points: pd.DataFrame) -> None:
    day = SUNDAY + timedelta(weeks=15)
    then = comparable_vectors_as_of(grown(points, 16), day)
    later = comparable_vectors_as_of(grown(points, 30), day)
    for name, table in then.items():
        columns = [column for column in table if column != "vector"]
        assert table[columns].equals(later[name][columns])
        if "vector" in table:
            assert np.stack(table["vector"]).tobytes() == np.stack(later[name]["vector"]).tobytes()


def test_the_bases_say_when_they_were_fitted_and_the_last_one_is_that_of_the_vectors(
    points: pd.DataFrame,
) -> None:
    found = comparable_vectors_as_of(grown(points, 20), SUNDAY + timedelta(weeks=18, days=3))
    bases = found["vector_bases"]
    weeks = [(day - SUNDAY).days // 7 + 1 for day in bases["fitted_on"]]
    assert weeks == [4, 13, 19]
    assert bases["drift"].iloc[1:].between(0, 1).all()
    for name in ("item_vectors", "user_vectors"):
        assert found[name]["basis"].unique().tolist() == [bases["basis"].iloc[-1]]


def test_a_day_before_any_sunday_has_the_basis_of_that_day(points: pd.DataFrame) -> None:
    monday = SUNDAY + timedelta(days=1)
    bases = comparable_vectors_as_of(warehouse(points, monday), monday)["vector_bases"]
    assert bases["fitted_on"].tolist() == [monday]
