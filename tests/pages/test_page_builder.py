"""A segment is built by conditions, counted on the published build, and becomes the YAML of a rule."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster_pages import CHROMIUM, chromium_page
from page_reader import Reader, served

from dmp.audiences.records import read_records
from dmp.published import published
from dmp.segments.catalogue import read_catalogue
from dmp.segments.published_people import published_catalogue
from dmp.segments.rules import SHIPPED, read_rule
from dmp.settings import Home
from dmp.warehouse import connect

SPENDERS = {"field": "purchase_amount_life", "at_least": 500}


@pytest.fixture(scope="module")
def shop(shop_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The shop's build beside a folder of rules of its own."""
    home = Home.at(tmp_path_factory.mktemp("builder"))
    shutil.copytree(shop_home.builds, home.builds)
    home.published.symlink_to(shop_home.published.readlink())
    with served(home) as found:
        yield found


def asked(who: Any, **more: str) -> dict[str, Any]:
    names = {"id": "spenders", "name_en": "Spenders", "name_zh": "高消费", "owner": "growth"}
    return {**names, "purpose": "analytics", "who": who, **more}


def counted(shop: Reader, who: Any, **more: str) -> dict[str, Any]:
    answer = shop.post_json("/builder/count", json.dumps(asked(who, **more)))
    assert answer.status == 200, answer.body
    found: dict[str, Any] = json.loads(answer.body)
    return found


def people(shop: Reader, condition: str) -> int:
    with published(shop.home) as build:
        (row,) = build.rows(
            "user_profiles", f"SELECT count(*) AS people FROM user_profiles WHERE {condition}"
        )
    return int(row["people"])


def test_a_build_offers_what_the_warehouse_offers_to_rules(shop_home: Home) -> None:
    with connect(shop_home, shop_home.settings(), read_only=True) as connection:
        inside = read_catalogue(connection)
    with published(shop_home) as build:
        outside = published_catalogue(build)
    assert set(outside.fields) <= set(inside.fields)
    assert {"purchase_amount_life", "lifecycle_stage", "registered_at"} <= set(outside.fields)
    assert {name: field.kind for name, field in outside.fields.items()} == {
        name: inside.fields[name].kind for name in outside.fields
    }
    assert (outside.tags, outside.events, outside.purposes) == (inside.tags, inside.events, inside.purposes)


@pytest.mark.parametrize(
    ("who", "condition"),
    [
        ({"all": [SPENDERS]}, "purchase_amount_life >= 500"),
        ({"not": {"any": [SPENDERS]}}, "NOT coalesce(purchase_amount_life >= 500, false)"),
        (
            {"any": [SPENDERS, {"field": "lifecycle_stage", "one_of": ["acquire", "activate"]}]},
            "purchase_amount_life >= 500 OR lifecycle_stage IN ('acquire', 'activate')",
        ),
        ({"field": "registered_at", "more_than": "2026-03-01"}, "registered_at::DATE > '2026-03-01'"),
        (
            {"event": "cart", "within_days": 30, "at_least": 2},
            "user_id IN (SELECT user_id FROM user_days WHERE known_to > as_of_date AND event_date > as_of_date - 30 "
            "GROUP BY user_id HAVING sum(cart_count) >= 2)",
        ),
        (
            {"score": "purchase_30d", "at_least": 0.1},
            "user_id IN (SELECT user_id FROM user_predictions WHERE target = 'purchase_30d' AND score >= 0.1)",
        ),
    ],
)
def test_people_are_counted_as_sql_counts_them(shop: Reader, who: Any, condition: str) -> None:
    found = counted(shop, who)
    assert found["problem"] is None
    assert found["found"]["person_count"] == people(shop, condition)
    assert 0 < found["found"]["person_count"] < found["found"]["people_count"]


def test_a_shipped_rule_without_other_purposes_shares_all_its_people_with_itself(shop: Reader) -> None:
    document = yaml.safe_load((SHIPPED / "loyal_customers.yaml").read_text())
    found = counted(shop, document["who"], id="loyal_readers")["found"]
    own = next(row for row in found["overlaps"] if row["segment_id"] == "loyal_customers")
    assert own["shared_count"] == own["person_count"] == found["consented_count"] > 0


def test_the_text_is_a_rule_that_the_platform_reads(shop: Reader, tmp_path: Path) -> None:
    who = {"all": [SPENDERS, {"field": "registered_at", "between": ["2026-01-01", "2026-02-01"]}]}
    path = tmp_path / "spenders.yaml"
    path.write_text(counted(shop, who)["text"])
    rule = read_rule(path)
    assert (rule.segment_id, rule.name_zh, rule.owner) == ("spenders", "高消费", "growth")
    assert str(rule.now.who) == (
        "(purchase_amount_life at least 500 and registered_at between 2026-01-01 and 2026-02-01)"
    )


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (
            {"all": [SPENDERS, {"field": "purchase_amount", "is": 1}]},
            "rule: who.all[2]: 'purchase_amount' is no field",
        ),
        (
            {"field": "purchase_amount_life", "at_least": ""},
            "rule: who: purchase_amount_life is a number, and '' is none",
        ),
        ({"field": "x' OR 1=1 --", "is": 1}, "rule: who: 'x' OR 1=1 --' is no field of a person"),
        ({"segment": "nobody"}, "rule: who: 'nobody' is no segment by rule"),
        ({"event": "view", "item_id": "i1"}, "events of some items are not counted here"),
        ({"all": []}, "rule: who.all: the list is empty"),
        (None, "rule: who: 'None' is no condition"),
    ],
)
def test_a_bad_rule_is_one_sentence_that_names_the_place(shop: Reader, who: Any, sentence: str) -> None:
    found = counted(shop, who)
    assert found["found"] is None
    assert sentence in found["problem"]


@pytest.mark.parametrize("text", ["", "[]", "nothing", '{"who": NaN}', '{"who":' + "[" * 40_000, "\x00"])
def test_what_is_no_rule_at_all_is_refused(shop: Reader, text: str) -> None:
    assert shop.post_json("/builder/count", text).status == 400


def test_nested_beyond_reading_is_a_sentence(shop: Reader) -> None:
    who: Any = SPENDERS
    for _ in range(40):
        who = {"not": who}
    assert "deep" in counted(shop, who)["problem"]


def test_a_saved_rule_is_a_file_of_the_home_once_and_on_record(shop: Reader) -> None:
    sent = {"rule": json.dumps(asked(SPENDERS, id="kept_spenders"))}
    assert shop.post("/builder/save", sent).headers["location"] == "/segments?saved"
    assert read_rule(shop.home.segments / "kept_spenders.yaml").segment_id == "kept_spenders"
    assert (shop.home.exports / "lookups.csv").read_text().splitlines()[-1].endswith(",rule,,kept_spenders,")
    again = shop.post("/builder/save", sent)
    assert again.status == 400
    assert "is the id of" in again.body
    for name in ("../escaped", "loyal_customers", "cluster_mine"):
        assert shop.post("/builder/save", {"rule": json.dumps(asked(SPENDERS, id=name))}).status == 400
    assert [path.name for path in shop.home.segments.iterdir()] == ["kept_spenders.yaml"]
    shutil.rmtree(shop.home.segments)


def test_an_export_holds_who_consents_and_is_on_record_with_who_asked(shop: Reader) -> None:
    members = people(
        shop, "user_id IN (SELECT user_id FROM user_segments WHERE segment_id = 'loyal_customers')"
    )
    counted_first = shop.post("/exports/loyal_customers", {"to": "csv", "answer": "count"})
    assert f"{members} people may leave for csv" in " ".join(counted_first.body.split())
    assert read_records(shop.home) == []
    answer = shop.post("/exports/loyal_customers", {"to": "csv", "answer": "file"})
    assert len(answer.body.splitlines()) == members + 1
    (record,) = read_records(shop.home)
    assert (record["segment_id"], record["person_count"], record["asked_by"]) == (
        "loyal_customers",
        members,
        "",
    )
    assert shop.get("/exports/loyal_customers").status == 405
    assert shop.post("/exports/loyal_customers", {"to": "elsewhere"}).status == 400


def test_members_are_shown_where_asked_and_that_is_on_record(shop: Reader) -> None:
    assert "data-is-personal" not in shop.get("/segments/loyal_customers").body
    assert "data-is-personal" in shop.post("/exports/loyal_customers/members", {}).body
    last = (shop.home.exports / "lookups.csv").read_text().splitlines()[-1]
    assert last.endswith(",members,,loyal_customers,")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent (Debian package chromium)")
def test_a_segment_is_built_by_keyboard_in_chinese_and_taken_home_as_a_file(
    shop: Reader, tmp_path: Path
) -> None:
    with chromium_page() as page:
        complaints: list[str] = []
        page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.context.add_cookies([{"name": "language", "value": "zh", "url": shop.address}])
        page.goto(f"{shop.address}/builder")
        page.get_by_role("button", name="添加条件", exact=True).focus()
        page.keyboard.press("Enter")
        # The new condition has the focus: kind, field, comparison, value.
        page.locator(".condition select").nth(1).select_option("purchase_amount_life")
        page.locator(".condition select").nth(1).focus()
        page.keyboard.press("Tab")
        page.keyboard.type("at l")
        page.locator(".condition select").nth(2).select_option("at_least")
        page.locator(".condition select").nth(2).focus()
        page.keyboard.press("Tab")
        page.keyboard.type("500")
        page.locator("#count .big").wait_for()
        told = page.locator("#count .big").inner_text()
        assert int(told.replace(",", "")) == people(shop, "purchase_amount_life >= 500")
        page.get_by_role("button", name="添加条件组").focus()
        page.keyboard.press("Enter")
        page.locator("fieldset fieldset").get_by_role("button", name="添加条件", exact=True).click()
        page.locator("#count .message").wait_for()
        assert "who.all[2].any[1]" in page.locator("#count").inner_text()
        page.get_by_role("button", name="删除条件组").click()
        page.locator("#count .big").wait_for()
        with page.expect_download() as file:
            page.get_by_role("button", name="存为文件").click()
        path = tmp_path / "built.yaml"
        file.value.save_as(path)
        assert str(read_rule(path).now.who) == "(purchase_amount_life at least 500)"
        assert complaints == []
