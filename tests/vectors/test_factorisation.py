from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from dmp.vectors.factorisation import item_vectors, last_sunday, user_vectors, vectors_as_of

SUNDAY = date(2024, 3, 3)


@pytest.fixture
def points() -> pd.DataFrame:
    """Twelve items in two worlds; each of forty people lives in one of them."""
    random = np.random.default_rng(0)
    rows = [
        (person, f"item{6 * (person % 2) + item:02d}", 10.0)
        for person in range(40)
        for item in random.permutation(6)[:4]
    ]
    return pd.DataFrame(rows, columns=["user_key", "item_id", "points"])


def warehouse(points: pd.DataFrame, day: date) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.register("points", points)
    connection.execute(
        f"""CREATE SCHEMA profiles; CREATE TABLE profiles.user_item_activity AS
        SELECT user_key, item_id, DATE '{day}' AS event_date, DATE '{day}' AS landed_date, DATE '{day}' AS known_from,
            DATE '9999-12-31' AS known_to, 0 AS view_count, 0 AS click_count, 0 AS cart_count, 0 AS favourite_count,
            1 AS purchase_count
        FROM points"""
    )
    return connection


def test_people_are_nearer_to_items_of_their_own_world(points: pd.DataFrame) -> None:
    items = item_vectors(points)
    people = user_vectors(points, items)
    scores = np.stack(people["vector"]) @ np.stack(items["vector"]).T
    own = np.array([[item // 6 == person % 2 for item in range(12)] for person in range(40)])
    assert scores[own].mean() > 1 > np.abs(scores[~own]).max()


def test_the_order_of_rows_changes_no_bit(points: pd.DataFrame) -> None:
    shuffled = points.sample(frac=1, random_state=3)
    for first, second in (
        (item_vectors(points), item_vectors(shuffled)),
        (user_vectors(points, item_vectors(points)), user_vectors(shuffled, item_vectors(shuffled))),
    ):
        assert first.drop(columns="vector").equals(second.drop(columns="vector"))
        assert np.stack(first["vector"]).tobytes() == np.stack(second["vector"]).tobytes()


def test_signs_follow_the_largest_entry(points: pd.DataFrame) -> None:
    matrix = np.stack(item_vectors(points)["vector"])
    largest = np.abs(matrix).argmax(axis=0)
    assert (matrix[largest, np.arange(matrix.shape[1])] > 0).all()


def test_a_new_person_is_placed_without_moving_the_basis(points: pd.DataFrame) -> None:
    items = item_vectors(points)
    newcomer = points[points["user_key"] == 0].assign(user_key=99)
    people = user_vectors(pd.concat([points, newcomer]), items).set_index("user_key")
    assert np.array_equal(people.loc[99, "vector"], people.loc[0, "vector"])
    assert people["basis"].nunique() == 1


def test_other_inputs_are_another_basis(points: pd.DataFrame) -> None:
    assert item_vectors(points)["basis"].iloc[0] != item_vectors(points.iloc[1:])["basis"].iloc[0]


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


def test_too_few_people_have_no_vectors(points: pd.DataFrame) -> None:
    few = vectors_as_of(warehouse(points[points["user_key"] < 3], SUNDAY), SUNDAY)
    for name, key in (("item_vectors", "item_id"), ("user_vectors", "user_key")):
        assert few[name].empty
        assert list(few[name].columns) == [key, "basis", "vector"]


def test_a_sunday_is_its_own_last_sunday() -> None:
    assert last_sunday(SUNDAY) == SUNDAY
    assert last_sunday(date(2024, 3, 9)) == SUNDAY
