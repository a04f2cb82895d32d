"""What a rule may say: every refusal is one sentence that names the file and the place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dmp.segments.catalogue import Catalogue, read_catalogue
from dmp.segments.checking import check_rules
from dmp.segments.conditions import RuleError
from dmp.segments.rules import SHIPPED, load_rules
from dmp.settings import Home
from dmp.warehouse import connect

REFUSED = {
    "{field: spent_amuont, at_least: 5}": "who: 'spent_amuont' is no field of a person; did you mean spent_amount?",
    "{all: [{field: spent_amount, at_least: many}]}": r"who.all\[1\]: spent_amount is a number, and 'many' is none",
    "{field: spent_amount, at_least: true}": "spent_amount is a number, and 'True' is none",
    "{field: spent_amount, contains: 5}": "spent_amount is a number, which takes .*, not contains",
    "{field: region, at_least: 5}": "region is a text, which takes is, is_not, one_of, none_of, not at_least",
    "{field: region, one_of: [Porto, 5]}": "region is a text, and '5' is none",
    "{field: spent_amount, between: [9, 5]}": "between 9 and 5 lies nothing",
    "{field: spent_amount, between: [9]}": "who.between: it needs two values",
    "{field: spent_amount, at_least: .inf}": "who.at_least: 'inf' is no text, number, day, true or false",
    "{field: spent_amount, at_least: 5, at_most: 6}": "who: it needs exactly one of is, ",
    "{field: spent_amount}": "who: it needs exactly one of is, ",
    "{field: user_key, is: 5}": "'user_key' is no field of a person",
    "{tag: big_spendr}": "'big_spendr' is no tag; did you mean big_spender?",
    "{tag: big_spender, min_score: 7}": "who.min_score: '7' is no number from 0 to 1",
    "{score: churn_9d, at_least: 0.5}": "'churn_9d' is no score; did you mean churn_90d?",
    "{event: veiw}": "'veiw' is no event; did you mean view?",
    "{event: view, within_days: 0}": "who.within_days: '0' is no whole number from 1 up",
    "{event: view, colour: red}": "who: 'colour' is none of event, item_id",
    "{segment: nobody}": "'nobody' is no segment by rule",
    "{all: []}": "who.all: the list is empty",
    "{any: [{not: {not: 5}}]}": r"who.any\[1\].not.not: '5' is no condition: it needs exactly one of all, any",
    "{field: spent_amount, tag: big_spender}": "is no condition: it needs exactly one of all, any",
    '"1 = 1; DROP TABLE profiles.user_profiles"': "who: '1 = 1; DROP TABLE profiles.user_profiles' is no condition",
    '{field: "region\' OR 1=1 --", is: x}': "who: 'region' OR 1=1 --' is no field of a person",
    "{field: [region], is: x}": r"who.field: '\['region'\]' is no text",
    "&a {any: [*a]}": "YAML aliases .* are not open to rules",
    "{not: " * 14 + "{tag: big_spender}" + "}" * 14: "conditions lie more than 12 levels deep",
    "[" * 3000: "no YAML that can be read",
    "{segment: spenders}": "who: a segment cannot ask for itself: spenders -> spenders",
}


@pytest.mark.parametrize("who", REFUSED)
def test_a_bad_rule_is_refused_in_one_sentence_that_names_the_place(
    who: str, write: Callable[..., Path], catalogue: Catalogue
) -> None:
    path = write(who)
    with pytest.raises(RuleError, match=REFUSED[who]) as refusal:
        check_rules(load_rules([path.parent]), catalogue)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("version: 0", "version: '0' is no whole number from 1 up"),
        ("version: 1\nsql: DROP TABLE people", "'sql' is none of id, names"),
        ("version: 2\nbefore: [{version: 1, who: {tag: big_spender}}]", "each version needs a higher number"),
        ("version: 2\nsince: soon", "since: 'soon' is no day like 2026-05-01"),
        ("owner_of: x", "'owner_of' is none of"),
    ],
)
def test_a_bad_head_is_refused(more: str, said: str, write: Callable[..., Path]) -> None:
    with pytest.raises(RuleError, match=said):
        load_rules([write("{tag: big_spender}", more=more).parent])


def test_a_purpose_nobody_can_consent_to_is_refused(write: Callable[..., Path], catalogue: Catalogue) -> None:
    folder = write("{tag: big_spender}", purpose="fun").parent
    with pytest.raises(RuleError, match="purpose: 'fun' is no purpose"):
        check_rules(load_rules([folder]), catalogue)


def test_a_circle_of_segments_is_refused_and_shown(write: Callable[..., Path], catalogue: Catalogue) -> None:
    write("{all: [{tag: big_spender}, {segment: two}]}", "one")
    write("{not: {segment: three}}", "two")
    folder = write("{segment: one}", "three").parent
    with pytest.raises(RuleError, match=r"a segment cannot ask for itself: (\w+) -> \w+ -> \w+ -> \1$"):
        check_rules(load_rules([folder]), catalogue)


def test_two_files_cannot_share_an_id(write: Callable[..., Path]) -> None:
    path = write("{tag: big_spender}")
    path.with_name("zz.yaml").write_text(path.read_text())
    with pytest.raises(RuleError, match=r"zz.yaml: id: 'spenders' is the id of .*spenders.yaml already"):
        load_rules([path.parent])


def test_the_shipped_rules_fit_the_tables_of_a_home(shop_home: Home) -> None:
    rules = load_rules([SHIPPED])
    assert rules
    with connect(shop_home, shop_home.settings(), read_only=True) as connection:
        check_rules(rules, read_catalogue(connection))
