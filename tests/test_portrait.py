"""The portrait of one person: found by any of their ids, in words, whatever the build holds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from rich.console import Console
from small_build import ANN, BOB, EVE, published_home

from dmp.portrait import read_portrait
from dmp.portrait_card import part_sentences, print_portrait, print_recommendations, tag_sentence
from dmp.published import open_published
from dmp.recommendations.published_list import read_recommendations
from dmp.settings import DmpError, Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return published_home(tmp_path_factory.mktemp("published") / "home")


def printed(console_method, content: dict) -> str:
    console = Console(width=100, force_terminal=False, record=True, quiet=False)
    with console.capture() as capture:
        console_method(content, console)
    return capture.get()


@pytest.mark.parametrize("name", [ANN, "ann", " ann ", "cookie-1"])
def test_a_person_is_found_by_user_id_login_and_cookie(home: Home, name: str) -> None:
    assert read_portrait(home, name)["user_id"] == ANN


def test_nobody_is_one_sentence_that_names_the_build(home: Home) -> None:
    with pytest.raises(DmpError, match=r"nobody in build \w{16} goes by .* 'carol'"):
        read_portrait(home, "carol")


def test_a_name_of_two_people_lists_both(home: Home) -> None:
    with pytest.raises(DmpError, match=f"2 people .* {BOB}, {EVE}"):
        read_portrait(home, "bob")


def test_a_tag_says_its_evidence(home: Home) -> None:
    (tag,) = read_portrait(home, ANN)["tags"]
    assert tag_sentence(tag) == "Big spender since 2026-03-01: purchase_amount_90d 812.40 >= 500"


def test_a_score_says_what_moved_it_and_a_missing_one_why(home: Home) -> None:
    churn, purchase = read_portrait(home, ANN)["predictions"]
    assert part_sentences(purchase["parts"]) == ["+0.41 order_count_90d = 7"]
    assert (churn["score"], churn["reason"]) == (None, "bought nothing in the last 90 days")


def test_the_card_of_a_build_without_lists_segments_and_interests_is_whole(home: Home) -> None:
    card = printed(print_portrait, read_portrait(home, ANN))
    for words in (
        f"Person {ANN}",
        "Porto",
        "registered  2026-01-02",
        "1 anonymous, 1 login",
        "refer: bought within 90 days and speaks well of it",
        "purchase_30d  41.0%  band A",
        "+0.41 order_count_90d = 7",
        "no score: bought nothing in the last 90 days",
        "as of 2026-06-28, build ",
    ):
        assert words in card
    assert "Recommended" not in card


def test_a_person_of_whom_little_is_known_has_a_card(home: Home) -> None:
    assert "unknown" in printed(print_portrait, read_portrait(home, EVE))


def test_a_build_without_lists_says_so(home: Home) -> None:
    assert "holds no recommendations" in printed(print_recommendations, read_recommendations(home, ANN))


def test_a_customer_of_the_shop_is_found_by_the_login_of_its_files(shop_home: Home) -> None:
    path = next(iter(sorted(shop_home.landing.glob("shop/*/customers.csv"))))
    with path.open(encoding="utf-8", errors="replace") as file:
        login = next(csv.DictReader(file))["user_id"]
    portrait = read_portrait(shop_home, login)
    assert {"identifier_type": "login", "identifier_count": 1} in portrait["identifiers"]
    assert f"Person {portrait['user_id']}" in printed(print_portrait, portrait)


def test_a_buyer_of_the_shop_has_a_whole_card_within_100_columns(shop_home: Home) -> None:
    with open_published(shop_home) as connection:
        found = connection.execute(
            "SELECT user_id FROM user_profiles SEMI JOIN recommendations USING (user_id) SEMI JOIN user_tags "
            "USING (user_id) ORDER BY order_count_life DESC, user_id LIMIT 1"
        ).fetchone()
    assert found
    portrait = read_portrait(shop_home, found[0])
    card = printed(print_portrait, portrait)
    for title in (
        "Where they stand",
        "What they did",
        "Habits and carts",
        "loyalty ",
        "What they like",
        "Tags, and why",
        "Scores",
        "Recommended",
    ):
        assert title in card
    assert max(map(len, card.splitlines())) <= 100
    listed = read_recommendations(shop_home, found[0])
    assert [row["recommendation_rank"] for row in listed["recommendations"]] == list(
        range(1, len(listed["recommendations"]) + 1)
    )
    assert "Left out, and why" in printed(print_recommendations, listed)


def test_a_portrait_writes_nothing(home: Home) -> None:
    before = sorted(str(path) for path in home.root.rglob("*"))
    read_portrait(home, ANN)
    assert sorted(str(path) for path in home.root.rglob("*")) == before


def test_where_nothing_is_published_the_reader_is_told(tmp_path: Path) -> None:
    with pytest.raises(DmpError, match="nothing is published"):
        read_portrait(Home.at(tmp_path), "ann")
