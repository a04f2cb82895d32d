"""`dmp filter`: what each rule removed, and what other bounds would change, read back from the warehouse."""

from __future__ import annotations

import hashlib
import json
import shutil

import duckdb
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from dmp.cli import app
from dmp.filter_commands import read_preview
from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.lists import ranked_candidates
from dmp.recommendations.recipe import CHANNELS, FILTERS
from dmp.recommendations.served_state import served_state
from dmp.settings import DmpError, Home, SettingsError
from dmp.vectors.weekly import vectors_as_of


def dmp(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["filter", *arguments, "--home", str(home.root)])


def stored(home: Home, query: str) -> pd.DataFrame:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute(query).df()


def test_the_lists_that_are_read_back_are_those_that_were_published(shop_home: Home) -> None:
    with served_state(shop_home, vectors_as_of) as state:
        people = state.context.people.loc[state.context.people["is_served"], ["user_key"]]
        recalled = recall_candidates(state.context, people, CHANNELS)
        ranked, _ = ranked_candidates(state.context, recalled, state.ranker, is_served=True)
        item_ids = state.context.items["item_id"].to_numpy()[ranked["item_key"]]
    again = ranked.assign(item_id=item_ids)[["user_key", "recommendation_rank", "item_id", "score"]]
    again = again[again["recommendation_rank"] <= 20].reset_index(drop=True)
    lists = stored(
        shop_home,
        "SELECT user_key, recommendation_rank, item_id, score FROM recommendations.recommendations ORDER BY ALL",
    )
    pd.testing.assert_frame_equal(again, lists, check_dtype=False)


def test_a_preview_starts_from_what_is_published_and_writes_nothing(shop_home: Home) -> None:
    before = hashlib.sha256(shop_home.warehouse.read_bytes()).hexdigest()
    changes = read_preview(shop_home, "out_of_stock", ["at_least=50"])
    rules = stored(shop_home, "FROM recommendations.recommendation_rules").set_index("rule")
    assert changes["removed_before"] == rules.loc["out_of_stock", "removed_count"]
    assert changes["removed_after"] > changes["removed_before"]
    assert changes["bounds_before"] == {"at_least": 1}
    assert changes["bounds_after"] == {"at_least": 50}
    assert changes["list_count"] > 0
    total = stored(shop_home, "SELECT sum(score) AS total FROM recommendations.recommendations")[
        "total"
    ].iloc[0]
    assert changes["score_before"] == pytest.approx(total)
    assert hashlib.sha256(shop_home.warehouse.read_bytes()).hexdigest() == before


def test_the_rules_are_listed_in_their_order_with_what_they_removed(shop_home: Home) -> None:
    rows = json.loads(dmp(shop_home, "list", "--json").stdout)
    assert [row["rule"] for row in rows] == [rule.name for rule in FILTERS]
    removed = stored(
        shop_home,
        "SELECT rule, count(*) AS count FROM recommendations.recommendation_fates WHERE stage = 'filter' GROUP BY ALL",
    )
    counts = dict(zip(removed["rule"], removed["count"], strict=True))
    assert {row["rule"]: row["removed_count"] for row in rows if row["removed_count"]} == counts
    assert "at_least=1" in dmp(shop_home, "list").stdout


def test_a_preview_is_printed_in_words_and_bad_bounds_end_in_one_sentence(shop_home: Home) -> None:
    shown = dmp(shop_home, "preview", "out_of_stock", "--set", "at_least=50")
    assert shown.exit_code == 0
    assert "at_least=1 -> at_least=50" in shown.stdout
    wrong = dmp(shop_home, "preview", "below_age", "--set", "age=3")
    assert wrong.exit_code == SettingsError.exit_code
    assert "has nothing to set" in wrong.stderr


def test_a_home_whose_run_did_not_end_is_not_asked(shop_home_copy: Home) -> None:
    shop_home_copy.provenance.unlink()
    with (
        pytest.raises(DmpError, match="unfinished or made by other code"),
        served_state(shop_home_copy, vectors_as_of),
    ):
        pass


def test_a_home_without_its_ranker_says_how_to_get_it_back(shop_home_copy: Home) -> None:
    status = stored(shop_home_copy, "SELECT status FROM recommendations.recommendation_models")["status"]
    assert status.tolist() == ["learnt"]
    shutil.rmtree(shop_home_copy.models / "ranker")
    with pytest.raises(DmpError, match="dmp run --rebuild"), served_state(shop_home_copy, vectors_as_of):
        pass
