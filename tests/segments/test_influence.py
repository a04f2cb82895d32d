"""Influence: who is told of by many, or by those who are, is heard; too few ties rank nobody."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from dmp.segments.influence import COLUMNS, MINIMUM_TIES, influence_table, read_ties
from dmp.settings import Home

DAY = date(2024, 1, 31)


def told(*pairs: tuple[int, int]) -> pd.DataFrame:
    return pd.DataFrame(sorted(pairs), columns=["user_key", "other_user_key"]).assign(tie_count=1)


def table(ties: pd.DataFrame) -> pd.DataFrame:
    profiles = pd.DataFrame({"user_key": range(100)}).assign(
        user_id=lambda people: people["user_key"].astype(str)
    )
    return influence_table(ties, profiles, DAY).set_index("user_key")


def test_who_reached_the_influential_is_heard_more_than_who_reached_as_many_others() -> None:
    crowd = [(1, 10 + number) for number in range(MINIMUM_TIES)]
    people = table(told(*crowd, (2, 1), (3, 50)))
    assert people["influence_score"][1] == 1
    assert people["influence_score"][2] > 5 * people["influence_score"][3]
    assert people["influence_rank"][[1, 2, 3]].tolist() == [1, 2, 3]
    assert people.loc[1, ["reached_count", "reached_by_count"]].tolist() == [MINIMUM_TIES, 1]
    assert people["reason"].isna().all()


def test_below_the_minimum_of_ties_nobody_is_ranked_and_the_reason_says_so() -> None:
    people = table(told(*[(1, 10 + number) for number in range(MINIMUM_TIES - 1)]))
    assert people["influence_score"].isna().all()
    assert people["influence_rank"].isna().all()
    assert set(people["reason"]) == {"29 ties are too few, 30 are needed"}
    assert people.loc[1, "reached_count"] == MINIMUM_TIES - 1


def test_without_ties_the_table_is_empty_and_has_its_columns() -> None:
    empty = influence_table(told(), pd.DataFrame({"user_key": [1], "user_id": ["1"]}), DAY)
    assert empty.empty
    assert list(empty) == list(COLUMNS)


def test_the_ties_of_the_shop_are_its_referrals_by_person(shop_home: Home) -> None:
    with duckdb.connect(str(shop_home.warehouse), read_only=True) as connection:
        [(day,)] = connection.execute(
            "SELECT as_of_date FROM intermediate.int_cuts WHERE is_served"
        ).fetchall()
        [(referrals,)] = connection.execute("SELECT count(*) FROM raw.shop__referrals").fetchall()
        ties = read_ties(connection, day)
        [(ranked,)] = connection.execute(
            "SELECT count(influence_score) FROM segments.user_influence"
        ).fetchall()
    assert 0 < ties["tie_count"].sum() <= referrals
    assert (ties["user_key"] != ties["other_user_key"]).all()
    assert bool(ranked) == (len(ties) >= MINIMUM_TIES)
