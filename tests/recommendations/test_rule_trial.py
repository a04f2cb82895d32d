"""What other bounds would change: the lists made anew, compared with those that are served."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from repeat_shop import AS_OF_DATE
from strict_rules import STRICT

from dmp.list_rules import ListRules
from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context, context_as_known
from dmp.recommendations.lists import ranked_candidates
from dmp.recommendations.recipe import CHANNELS
from dmp.recommendations.trial import bounds_of, effect, proposed_rules
from dmp.settings import Settings, SettingsError

LENGTH = 8
RULE = "shown_too_often"


@pytest.fixture(scope="module")
def before(connection: duckdb.DuckDBPyConnection) -> Context:
    return context_as_known(connection, AS_OF_DATE, AS_OF_DATE)


@pytest.fixture(scope="module")
def after(connection: duckdb.DuckDBPyConnection) -> Context:
    rules = proposed_rules(ListRules(), RULE, STRICT.of(RULE))
    return context_as_known(connection, AS_OF_DATE, AS_OF_DATE, settings=Settings(list_rules=rules))


def head(context: Context) -> tuple[pd.DataFrame, pd.DataFrame]:
    recalled = recall_candidates(context, context.people[["user_key"]], CHANNELS)
    ranked, removed = ranked_candidates(context, recalled, None, is_served=True)
    return ranked[ranked["recommendation_rank"] <= LENGTH], removed


def test_a_preview_tells_the_difference_of_the_lists(before: Context, after: Context) -> None:
    changes = effect(before, after, None, RULE, LENGTH)
    (one, fallen_before), (other, fallen_after) = head(before), head(after)
    pairs = [set(zip(rows["user_key"], rows["item_key"], strict=True)) for rows in (one, other)]
    assert changes["coming_count"] == len(pairs[1] - pairs[0]) > 0
    assert changes["going_count"] == len(pairs[0] - pairs[1]) > 0
    assert changes["list_count"] == len({user for user, _ in pairs[0] ^ pairs[1]})
    assert changes["people_count"] == before.people["is_served"].sum()
    assert changes["removed_before"] == (fallen_before["rule"] == RULE).sum() == 0
    assert changes["removed_after"] == (fallen_after["rule"] == RULE).sum() > 0
    assert changes["score_before"] == pytest.approx(one["score"].sum())
    assert changes["score_after"] == pytest.approx(other["score"].sum())
    top = changes["items"][0]
    (item_key,) = before.items.index[before.items["item_id"] == top["item_id"]]
    assert top["lists_before"] == (one["item_key"] == item_key).sum()
    assert top["lists_after"] == (other["item_key"] == item_key).sum()


def test_examples_are_people_who_consented_with_what_comes_and_goes(before: Context, after: Context) -> None:
    people = effect(before, after, None, RULE, LENGTH)["people"]
    consented = before.people.set_index("user_id")["is_consented"]
    assert people
    assert all(consented[row["user_id"]] and row["comes"] + row["goes"] for row in people)


def test_the_same_bounds_change_nothing(before: Context) -> None:
    changes = effect(before, before, None, RULE, LENGTH)
    assert [changes[f"{move}_count"] for move in ("list", "coming", "going")] == [0, 0, 0]
    assert changes["items"] == changes["people"] == []


def test_bounds_are_read_as_written() -> None:
    read = bounds_of(["times=3", "days = 7", "categories=[a, b]", "most_days=null"])
    assert read == {"times": 3, "days": 7, "categories": ["a", "b"], "most_days": None}
    with pytest.raises(SettingsError, match="'times' is not of the form name=value"):
        bounds_of(["times"])


@pytest.mark.parametrize(
    ("rule", "bounds", "said"),
    [
        ("no_such_rule", {}, "there is no rule 'no_such_rule'"),
        ("below_age", {"age": 3}, "the rule below_age has nothing to set"),
        ("refused", {"weeks": 3}, "refused has no bound 'weeks': it has days"),
        ("refused", {"days": 0}, "refused.days: Input should be greater than or equal to 1"),
        (
            "already_owned",
            {"repurchase_rate": "often"},
            "already_owned.repurchase_rate: Input should be a valid",
        ),
    ],
)
def test_bounds_that_cannot_be_are_refused_in_one_sentence(
    rule: str, bounds: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        proposed_rules(ListRules(), rule, bounds)
