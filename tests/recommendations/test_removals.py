"""What was removed: what it would have been worth, and by which rules it falls."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pandas as pd
import pytest
from repeat_shop import AS_OF_DATE
from strict_rules import STRICT

from dmp.list_rules import ListRules
from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context, context_as_known
from dmp.recommendations.cuts import Cuts
from dmp.recommendations.filters.parting import Filtered
from dmp.recommendations.lists import ranked_candidates
from dmp.recommendations.model import Ranker
from dmp.recommendations.recipe import CHANNELS, FILTERS, Filter
from dmp.recommendations.removals import judged, rule_values
from dmp.recommendations.serving import serve
from dmp.settings import Settings

LENGTH = 8
BLENDED = Ranker(None, "blended", "", "", Cuts((), AS_OF_DATE, 1), 0, 0)


@pytest.fixture(scope="module")
def strict(connection: duckdb.DuckDBPyConnection) -> Context:
    return context_as_known(connection, AS_OF_DATE, AS_OF_DATE, settings=Settings(list_rules=STRICT))


@pytest.fixture(scope="module")
def recalled(strict: Context) -> pd.DataFrame:
    return recall_candidates(strict, strict.people[["user_key"]], CHANNELS)


@pytest.fixture(scope="module")
def ranked_and_worth(strict: Context, recalled: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    ranked, removed = ranked_candidates(strict, recalled, None, is_served=True)
    return ranked, judged(strict, recalled, ranked, removed, ranker=None, filters=FILTERS)


@pytest.fixture(scope="module")
def fates(strict: Context) -> pd.DataFrame:
    return serve(strict, AS_OF_DATE, BLENDED, Settings(list_length=LENGTH))[1]


def pairs(rows: pd.DataFrame) -> Iterator[tuple[int, int]]:
    return zip(rows["user_key"], rows["item_key"], strict=True)


def test_a_removed_candidate_would_stand_behind_those_that_score_more(
    ranked_and_worth: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    ranked, worth = ranked_and_worth
    by_person = dict(iter(ranked.groupby("user_key")))
    scored = worth[worth["score"].notna()]
    assert len(scored) > 100
    for row in scored.iloc[::9].itertuples():
        own = by_person.get(row.user_key, ranked.iloc[:0])
        before = (own["score"] > row.score) | ((own["score"] == row.score) & (own["item_key"] < row.item_key))
        assert row.would_be_rank == before.sum() + 1


def test_nobody_looks_at_what_a_person_without_consent_was_spared(
    ranked_and_worth: tuple[pd.DataFrame, pd.DataFrame], strict: Context
) -> None:
    _, worth = ranked_and_worth
    spared = worth[worth["rule"] == "without_consent"]
    assert len(spared)
    assert spared[["score", "would_be_rank"]].isna().all().all()
    assert worth.loc[worth["rule"] != "without_consent", "score"].notna().all()


def test_further_rules_are_the_later_ones_that_remove_the_candidate_too(
    ranked_and_worth: tuple[pd.DataFrame, pd.DataFrame], strict: Context, recalled: pd.DataFrame
) -> None:
    _, worth = ranked_and_worth
    fallen = {rule.name: set(pairs(rule.apply(strict, recalled)[1])) for rule in FILTERS}
    names = [rule.name for rule in FILTERS]
    for row in worth.itertuples():
        by = [name for name in names if (row.user_key, row.item_key) in fallen[name]]
        assert by[0] == row.rule
        assert (row.further_rules or "") == ", ".join(by[1:])
    assert worth["further_rules"].notna().any()


def test_each_rule_has_a_row_that_adds_up_to_the_fates(fates: pd.DataFrame) -> None:
    table = rule_values(fates, FILTERS, STRICT, LENGTH, AS_OF_DATE).set_index("rule")
    removed = fates[fates["stage"] == "filter"]
    assert table.index.tolist() == [rule.name for rule in FILTERS]
    assert table["removed_count"].sum() == len(removed)
    for rule, rows in removed.groupby("rule"):
        own = table.loc[rule]
        assert own["person_count"] == rows["user_key"].nunique()
        assert own["item_count"] == rows["item_id"].nunique()
        assert own["score_sum"] == pytest.approx(rows["score"].sum())
        back = rows[(rows["would_be_rank"] <= LENGTH).fillna(False) & rows["further_rules"].isna()]
        assert own["would_list_count"] == len(back)
        assert own["value_sum"] == pytest.approx(rows["value"].sum())
        assert own["would_list_value_sum"] == pytest.approx(back["value"].sum())
    assert table["would_list_count"].sum() > 0


def sparing(rule: Filter, pair: tuple[int, int]) -> Filter:
    """The rule, but for one pair."""

    def apply(context: Context, candidates: pd.DataFrame) -> Filtered:
        kept, removed = rule.apply(context, candidates)
        is_spared = (removed["user_key"] == pair[0]) & (removed["item_key"] == pair[1])
        spared = candidates[(candidates["user_key"] == pair[0]) & (candidates["item_key"] == pair[1])]
        return pd.concat([kept, spared]).sort_index() if is_spared.any() else kept, removed[~is_spared]

    return Filter(rule.name, apply, rule.has_history)


def test_what_would_be_listed_is_listed_at_that_rank_once_its_rule_spares_it(
    strict: Context, recalled: pd.DataFrame, fates: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = fates[(fates["stage"] == "filter") & fates["further_rules"].isna()]
    chosen = removed[removed["would_be_rank"].notna()].groupby("rule").head(3)
    assert chosen["rule"].nunique() > 3
    item_keys = {item: key for key, item in enumerate(strict.items["item_id"])}
    for fate in chosen.itertuples():
        pair = (fate.user_key, item_keys[fate.item_id])
        rules = [sparing(rule, pair) if rule.name == fate.rule else rule for rule in FILTERS]
        monkeypatch.setattr("dmp.recommendations.lists.FILTERS", rules)
        own = recalled[recalled["user_key"] == fate.user_key]
        ranked, _ = ranked_candidates(strict, own, None, is_served=True)
        ranks = dict(zip(pairs(ranked), ranked["recommendation_rank"], strict=True))
        assert ranks[pair] == fate.would_be_rank


def test_rules_without_bounds_have_none(fates: pd.DataFrame) -> None:
    table = rule_values(fates, FILTERS, ListRules(), LENGTH, AS_OF_DATE).set_index("rule")
    assert table.loc["below_age", "bounds"] == "{}"
    assert table.loc["already_owned", "bounds"] == '{"repurchase_rate": 0.05}'
