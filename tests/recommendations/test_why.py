"""Why an item is in a list or not: one fate for every item of the catalogue, with the change that would show it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from dmp.cli import app
from dmp.published import Published, published
from dmp.recommendations.recipe import CHANNELS, FILTERS
from dmp.recommendations.why import fates, read_why
from dmp.recommendations.why_card import change_texts, print_why
from dmp.recommendations.words import LANGUAGES, words
from dmp.settings import DmpError, Home
from dmp.vectors.weekly import vectors_as_of

STAGES = ("listed", "rank", "filter", "recall")
Fate = dict[str, Any]


@pytest.fixture(scope="module")
def build(shop_home: Home) -> Iterator[Published]:
    with published(shop_home) as opened:
        yield opened


@pytest.fixture(scope="module")
def people(build: Published) -> list[str]:
    return [
        row["user_id"]
        for row in build.rows("user_profiles", "SELECT user_id FROM user_profiles ORDER BY ALL")
    ]


@pytest.fixture(scope="module")
def one_of_each(shop_home: Home, build: Published) -> dict[str, Fate]:
    """A person's fates, the first item of each stage."""
    (row,) = build.rows(
        "recommendation_fates",
        "SELECT user_id FROM recommendation_fates WHERE stage = 'filter' AND would_be_rank < 20 "
        "AND further_rules IS NULL ORDER BY ALL LIMIT 1",
    )
    chosen: dict[str, str] = {}
    for fate in fates(build, row["user_id"]):
        if fate["stage"] == "filter" and (fate["further_rules"] or fate["would_be_rank"] >= 20):
            continue
        chosen.setdefault(fate["stage"], fate["item_id"])
    return {stage: read_why(shop_home, row["user_id"], item, vectors_as_of) for stage, item in chosen.items()}


def card(why: Fate, language: str = "en") -> str:
    """A card as its words in a row, wherever lines were broken."""
    text = StringIO()
    print_why(why, Console(file=text, width=100), language)
    return " ".join(text.getvalue().split())


def test_every_item_of_the_catalogue_has_exactly_one_fate_for_every_person(
    build: Published, people: list[str]
) -> None:
    (items,) = build.rows("item_profiles", "SELECT list(item_id ORDER BY item_id) AS ids FROM item_profiles")
    counts = dict.fromkeys(STAGES, 0)
    for user_id in people:
        rows = fates(build, user_id)
        assert [row["item_id"] for row in rows] == items["ids"]
        for row in rows:
            counts[row["stage"]] += 1
    (stored,) = build.rows(
        "recommendations",
        "SELECT count(*) AS listed, (SELECT count(*) FROM recommendation_fates WHERE stage = 'rank') AS rank, "
        "(SELECT count(*) FROM recommendation_fates WHERE stage = 'filter') AS filter FROM recommendations",
    )
    assert {stage: counts[stage] for stage in stored} == stored
    assert counts["recall"] == len(people) * len(items["ids"]) - sum(stored.values()) > 0


def test_a_listed_item_tells_its_channels_all_rules_and_its_reason(one_of_each: dict[str, Fate]) -> None:
    why = one_of_each["listed"]
    assert why["passed_rules"] == [rule.name for rule in FILTERS]
    assert set(why["channels"]) <= {channel.name for channel in CHANNELS}
    shown = card(why)
    assert f"listed at rank {why['recommendation_rank']} of 20" in shown
    assert why["reason"] in shown
    for channel in why["channels"]:
        assert f"{words('channels', channel, 'en')} #{why['parts']['channel_ranks'][channel]}" in shown
    assert why["reason_zh"] in card(why, "zh")


def test_an_item_below_the_list_tells_its_rank_and_the_score_to_beat(one_of_each: dict[str, Fate]) -> None:
    why = one_of_each["rank"]
    assert why["would_be_rank"] > why["list_length"] == 20
    assert why["score"] <= why["last_score"]
    assert f"a list of {why['would_be_rank']} items" in card(why)


def test_a_filtered_item_tells_its_rule_and_what_it_saw_and_whether_that_alone_kept_it_out(
    one_of_each: dict[str, Fate],
) -> None:
    why = one_of_each["filter"]
    names = [rule.name for rule in FILTERS]
    assert why["passed_rules"] == names[: names.index(why["rule"])]
    shown = card(why)
    assert f"removed by the rule {why['rule']}: {why['detail']}" in shown
    assert words("change", why["rule"], "en").split(",")[0] in shown
    assert f"that alone shows it, at rank {why['would_be_rank']}" in shown


def test_an_item_that_no_channel_proposed_tells_the_nearest_and_what_it_lacked(
    one_of_each: dict[str, Fate],
) -> None:
    gap = one_of_each["recall"]["gap"]
    assert gap["lacked_score"] == pytest.approx(gap["needed_score"] - gap["score"])
    assert gap["lacked_score"] >= 0
    assert f"nearest is '{words('channels', gap['channel'], 'en')}'" in card(one_of_each["recall"])


def test_cards_of_every_fate_are_written_whole_in_both_languages(one_of_each: dict[str, Fate]) -> None:
    assert set(one_of_each) == set(STAGES)
    for why in one_of_each.values():
        for language in LANGUAGES:
            shown = card(why, language)
            assert words("labels", "fate", language) in shown
            assert "{" not in shown
            assert "…" not in shown


def test_an_item_is_named_as_people_type_it(shop_home: Home, one_of_each: dict[str, Fate]) -> None:
    why = one_of_each["listed"]
    assert read_why(shop_home, why["user_id"], why["item_name"].upper(), vectors_as_of) == why


def test_what_is_not_in_the_catalogue_is_told_with_the_nearest_name(
    shop_home: Home, one_of_each: dict[str, Fate]
) -> None:
    known = one_of_each["listed"]
    why = read_why(shop_home, known["user_id"], f"{known['item_name']}x", vectors_as_of)
    assert why["stage"] == "catalogue"
    assert f"the nearest name is {known['item_name']}" in card(why)


def test_of_who_lets_no_list_be_shown_no_fate_is_told(shop_home: Home, build: Published) -> None:
    (row,) = build.rows(
        "user_profiles",
        "SELECT user_id FROM user_profiles WHERE NOT is_consented_personalisation ORDER BY ALL LIMIT 1",
    )
    (item,) = build.rows("item_profiles", "SELECT item_id FROM item_profiles ORDER BY ALL LIMIT 1")
    why = read_why(shop_home, row["user_id"], item["item_id"], vectors_as_of)
    assert (why["stage"], why["score"]) == ("consent", None)
    assert "has not consented" in card(why)


def test_the_command_prints_json_and_one_sentence_of_what_is_wrong(
    shop_home: Home, one_of_each: dict[str, Fate]
) -> None:
    why = one_of_each["filter"]
    shown = CliRunner().invoke(
        app, ["why", why["user_id"], why["item_id"], "--home", str(shop_home.root), "--json"]
    )
    assert json.loads(shown.stdout)["rule"] == why["rule"]
    wrong = CliRunner().invoke(app, ["why", "nobody-at-all", "x", "--home", str(shop_home.root)])
    assert wrong.exit_code == DmpError.exit_code
    assert "nobody in build" in wrong.stderr


def test_every_channel_and_rule_has_words_in_both_languages() -> None:
    for language in LANGUAGES:
        for rule in FILTERS:
            for kind in ("passed", "change"):
                assert words(kind, rule.name, language) != rule.name.replace("_", " ")


def test_an_item_that_only_the_limit_of_candidates_kept_out_is_told_so() -> None:
    gap = {"channel": "session", "quota": 40, "score": 0.4, "needed_score": 0.1, "channel_rank": 7}
    why = {"stage": "recall", "gap": gap}
    assert change_texts(why, "en") == [
        "'what goes with their latest visit' has it at place 7 of 40, but the limit of candidates was full before"
    ]
