"""One person as of a past day: what had happened by then, as known then or as known now."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from rich.console import Console
from typer.testing import CliRunner

from dmp.cli import app
from dmp.past_card import print_past_portrait
from dmp.past_portrait import read_past_portrait
from dmp.published import published
from dmp.settings import DmpError, Home, SettingsError


@pytest.fixture(scope="module")
def sunday_and_user(shop_home: Home) -> tuple[date, str]:
    """A Sunday with half of the log behind it, and the person who had spent most by then."""
    with published(shop_home) as build:
        rows = build.rows(
            "user_metrics_history",
            "SELECT as_of_date, user_id FROM user_metrics_history SEMI JOIN user_profiles USING (user_id) "
            "WHERE as_of_date = (SELECT quantile_disc(as_of_date, 0.5) FROM user_metrics_history) "
            "ORDER BY purchase_amount_life DESC, user_id LIMIT 1",
        )
    return rows[0]["as_of_date"], rows[0]["user_id"]


def kept(home: Home, table: str, query: str, *parameters: object) -> list[dict]:
    with published(home) as build:
        return build.rows(table, query, *parameters)


def test_a_sunday_as_known_then_is_what_the_histories_kept(
    shop_home: Home, sunday_and_user: tuple[date, str]
) -> None:
    sunday, user_id = sunday_and_user
    portrait = read_past_portrait(shop_home, user_id, sunday)
    (person,) = portrait["people"]
    (metrics,) = kept(
        shop_home,
        "user_metrics_history",
        "FROM user_metrics_history WHERE as_of_date = ? AND user_id = ?",
        sunday,
        user_id,
    )
    shared = set(metrics) & set(person["metrics"]) - {"build_id"}
    assert len(shared) > 60
    assert {name: person["metrics"][name] for name in shared} == {name: metrics[name] for name in shared}
    (stage,) = kept(
        shop_home,
        "user_lifecycle_history",
        "SELECT lifecycle_stage FROM user_lifecycle_history WHERE as_of_date = ? AND user_id = ?",
        sunday,
        user_id,
    )
    assert person["lifecycle"] == {**stage, "told_on": sunday}
    assert person["attributes"]


def test_tags_and_segments_of_the_last_day_are_those_that_hold_now(shop_home: Home) -> None:
    (row,) = kept(
        shop_home,
        "user_tags",
        "SELECT user_id, max(as_of_date) AS last FROM user_tags SEMI JOIN user_taste_changes USING (user_id) "
        "GROUP BY user_id ORDER BY count(*) DESC, user_id LIMIT 1",
    )
    (person,) = read_past_portrait(shop_home, row["user_id"], row["last"])["people"]
    tags = "SELECT DISTINCT tag_id FROM user_tags SEMI JOIN tag_rules USING (tag_id) WHERE user_id = ?"
    segments = (
        "SELECT segment_id, valid_from FROM user_segments WHERE user_id = ? "
        "AND segment_id IN (SELECT segment_id FROM segments WHERE has_history) ORDER BY segment_id"
    )
    not_tastes = " AND tag_id NOT IN (SELECT tag_id FROM tag_rules WHERE rule_kind = 'taste') ORDER BY tag_id"
    held = kept(shop_home, "user_tags", tags + not_tastes, row["user_id"])
    assert [tag["tag_id"] for tag in person["tags"]] == [tag["tag_id"] for tag in held]
    tastes = (
        "SELECT tag_id, tag_value FROM user_tags SEMI JOIN (FROM tag_rules WHERE rule_kind = 'taste') USING (tag_id) "
        "WHERE user_id = ? ORDER BY ALL"
    )
    liked = kept(shop_home, "user_tags", tastes, row["user_id"])
    assert liked
    assert [{name: taste[name] for name in ("tag_id", "tag_value")} for taste in person["tastes"]] == liked
    assert [
        {"segment_id": member["segment_id"], "valid_from": member["valid_from"]}
        for member in person["segments"]
    ] == kept(shop_home, "user_segments", segments, row["user_id"])


def test_what_landed_later_is_known_only_later(shop_home: Home) -> None:
    (late,) = kept(
        shop_home,
        "user_days",
        "SELECT user_id, event_date, max(known_from) AS known_from FROM user_days "
        "WHERE known_to = DATE '9999-12-31' AND known_from > event_date "
        "AND user_id IN (SELECT user_id FROM user_days WHERE known_from = event_date GROUP BY ALL HAVING count(*) > 9) "
        "GROUP BY user_id, event_date ORDER BY event_date DESC, user_id LIMIT 1",
    )
    then, later = (
        sum(
            person["metrics"]["event_count_life"]
            for person in read_past_portrait(shop_home, late["user_id"], late["event_date"], known)["people"]
        )
        for known in (late["event_date"], late["known_from"])
    )
    assert later > then


def test_the_card_says_the_day_and_what_was_known(shop_home: Home, sunday_and_user: tuple[date, str]) -> None:
    sunday, user_id = sunday_and_user
    console = Console(width=120, force_terminal=False)
    with console.capture() as capture:
        print_past_portrait(read_past_portrait(shop_home, user_id, sunday), console)
    card = capture.get()
    for words in (f"Person {user_id} on {sunday}", "on Sunday", "orders", f"as known on {sunday}"):
        assert words in card


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--as-of", "2019-01-01"], "nothing that happened up to 2019-01-01 was known"),
        (["--as-of", "2199-01-01"], "knows days up to"),
        (["--as-of", "2024-02-01", "--known-on", "2024-01-01"], "is before --as-of"),
        (["--known-on", "2024-01-01"], "--known-on needs --as-of"),
    ],
)
def test_a_day_that_cannot_be_asked_for_is_refused_in_one_sentence(
    shop_home: Home, sunday_and_user: tuple[date, str], options: list[str], told: str
) -> None:
    result = CliRunner().invoke(app, ["profile", sunday_and_user[1], "--home", str(shop_home.root), *options])
    assert result.exit_code != 0
    assert isinstance(result.exception, DmpError | SettingsError | SystemExit)
    assert told in (result.output + str(result.exception))


def test_a_past_day_is_shown_as_json_too(shop_home: Home, sunday_and_user: tuple[date, str]) -> None:
    sunday, user_id = sunday_and_user
    known_on = sunday + timedelta(days=7)
    arguments = ["profile", user_id, "--home", str(shop_home.root), "--json"]
    arguments += ["--as-of", str(sunday), "--known-on", str(known_on)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    shown = json.loads(result.output)
    assert (shown["as_of_date"], shown["known_on"]) == (str(sunday), str(known_on))
    assert shown["people"][0]["user_id"] == user_id
