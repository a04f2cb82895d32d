"""One person's list on demand: that of the table, for everyone who is in it."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from dmp.cli import app
from dmp.published import published
from dmp.recommendations.published_list import read_recommendations, recommend_one
from dmp.settings import Home

TABLE = """
SELECT user_id, list(item_id ORDER BY recommendation_rank) AS items
FROM recommendations GROUP BY user_id ORDER BY user_id
"""


def test_the_list_on_demand_is_that_of_the_table_for_every_person(shop_home: Home) -> None:
    with published(shop_home) as build:
        stored = build.rows("recommendations", TABLE)
        assert len(stored) > 100
        for row in stored:
            user_id, listed = recommend_one(build, shop_home, row["user_id"])
            assert user_id == row["user_id"]
            assert [one["item_id"] for one in listed] == row["items"]
            assert [one["recommendation_rank"] for one in listed] == list(range(1, len(listed) + 1))


def test_fewer_items_are_the_first_of_the_list(shop_home: Home) -> None:
    with published(shop_home) as build:
        person = build.rows("recommendations", TABLE)[0]
        _, listed = recommend_one(build, shop_home, person["user_id"], 3)
        assert [row["item_id"] for row in listed] == person["items"][:3]
        shown = CliRunner().invoke(
            app,
            ["recommend", person["user_id"], "--count", "2", "--home", str(shop_home.root), "--json"],
        )
    assert [row["item_id"] for row in json.loads(shown.stdout)["recommendations"]] == person["items"][:2]


def test_who_lets_no_list_be_shown_has_none(shop_home: Home) -> None:
    with published(shop_home) as build:
        (row,) = build.rows(
            "user_profiles",
            "SELECT user_id FROM user_profiles WHERE NOT is_consented_personalisation ORDER BY ALL LIMIT 1",
        )
    listed = read_recommendations(shop_home, row["user_id"])
    assert listed["recommendations"] == listed["left_out"] == []


def test_a_day_gives_the_list_of_its_build_and_another_day_the_days_that_are_kept(shop_home: Home) -> None:
    with published(shop_home) as build:
        day, (person, *_) = build.build["as_of_date"], build.rows("recommendations", TABLE)
    asked = ["recommend", person["user_id"], "--home", str(shop_home.root), "--json", "--as-of"]
    shown = CliRunner().invoke(app, [*asked, day])
    assert [row["item_id"] for row in json.loads(shown.stdout)["recommendations"]] == person["items"]
    refused = CliRunner().invoke(app, [*asked, "2001-01-01"])
    assert refused.exit_code != 0
    assert "no build as of 2001-01-01 is kept" in str(refused.exception) + refused.output
    assert day in str(refused.exception) + refused.output
