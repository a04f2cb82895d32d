"""What the rules removed, and what it would have been worth in the lists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from dmp.list_rules import ListRules
from dmp.recommendations.context import Context
from dmp.recommendations.filters.held_out import held_out
from dmp.recommendations.filters.without_consent import without_consent
from dmp.recommendations.learnt_ranker import LearntRanker
from dmp.recommendations.lists import scored
from dmp.recommendations.recipe import Filter

RULES = {
    "as_of_date": "object", "rule": "str", "rule_order": "int32", "bounds": "str", "removed_count": "int64",
    "person_count": "int64", "item_count": "int64", "score_sum": "float64", "value_sum": "float64",
    "would_list_count": "int64",     "would_list_value_sum": "float64",
}  # fmt: skip


def judged(
    context: Context,
    recalled: pd.DataFrame,
    ranked: pd.DataFrame,
    removed: pd.DataFrame,
    *,
    ranker: LearntRanker | None,
    filters: Sequence[Filter],
) -> pd.DataFrame:
    """Return `removed` with score, value, would_be_rank and further_rules.

    score and value are what a candidate would get in the list; would_be_rank the place by score that it alone would
    take there; further_rules names the later rules that remove it as well, None where there are none.
    Nobody looks at what a person without consent to personalisation, or held out, was spared: score and rank are
    missing.
    """
    rows = recalled.iloc[np.searchsorted(context.codes(recalled), context.codes(removed))].reset_index(
        drop=True
    )
    allowed, _ = held_out(context, without_consent(context, rows)[0])
    worth = removed.reset_index(drop=True)
    worth[["score", "value"]] = scored(context, allowed, ranker)[["score", "value"]].reindex(worth.index)
    worth["would_be_rank"] = would_be_ranks(ranked, worth)
    worth["further_rules"] = pd.Series(
        further_rules(context, rows, worth["rule"], filters), dtype=object, index=worth.index
    )
    return worth


def would_be_ranks(ranked: pd.DataFrame, worth: pd.DataFrame) -> pd.Series:
    """Return for each removed candidate one more than the number of ranked ones of the person before it."""
    names = ["user_key", "item_key", "score"]
    both = pd.concat([ranked[names], worth[names]], ignore_index=True)
    is_ranked = np.arange(len(both)) < len(ranked)
    order = np.lexsort((both["item_key"], -both["score"], both["user_key"]))
    before: np.ndarray = np.cumsum(is_ranked[order]) - is_ranked[order]
    people = both["user_key"].to_numpy()[order]
    _, starts, place = np.unique(people, return_index=True, return_inverse=True)
    rank = np.empty(len(both), dtype=np.int64)
    rank[order] = before - before[starts][place] + 1 if len(both) else before
    found = pd.Series(rank[len(ranked) :], dtype="Int64")
    return found.mask(worth["score"].isna())


def further_rules(
    context: Context, rows: pd.DataFrame, rules: pd.Series, filters: Sequence[Filter]
) -> np.ndarray:
    """Return which later rules would remove each candidate too, as names with commas; None where there are none."""
    orders = rules.map({rule.name: place for place, rule in enumerate(filters)}).to_numpy()
    codes = context.codes(rows)
    found = np.full(len(rows), "", dtype=object)
    for place, rule in enumerate(filters):
        earlier = np.flatnonzero(orders < place)
        if len(earlier):
            _, again = rule.apply(context, rows.iloc[earlier])
            hit = earlier[np.isin(codes[earlier], context.codes(again))]
            found[hit] = [f"{names}, {rule.name}" if names else rule.name for names in found[hit]]
    found[found == ""] = None
    return found


def rule_values(
    fates: pd.DataFrame, filters: Sequence[Filter], rules: ListRules, list_length: int, as_of_date: date
) -> pd.DataFrame:
    """Return `recommendation_rules`: one row per rule in its order, with what it removed and what that was worth.

    A candidate counts for the first rule that removes it. would_list: it would stand in the person's list if this
    rule alone were not there.
    """
    removed = fates[fates["stage"] == "filter"]
    is_back = (removed["would_be_rank"] <= list_length).fillna(False) & removed["further_rules"].isna()
    removed = removed.assign(would_list=is_back.astype(bool), back_value=removed["value"].where(is_back, 0.0))
    groups = removed.groupby("rule")
    table = pd.DataFrame(
        {
            "removed_count": groups.size(),
            "person_count": groups["user_key"].nunique(),
            "item_count": groups["item_id"].nunique(),
            "score_sum": groups["score"].sum(),
            "value_sum": groups["value"].sum(),
            "would_list_count": groups["would_list"].sum(),
            "would_list_value_sum": groups["back_value"].sum(),
        }
    )
    names = [rule.name for rule in filters]
    table = table.reindex(names).fillna(0).rename_axis("rule").reset_index()
    table["rule_order"] = np.arange(1, len(names) + 1)
    table["bounds"] = [json.dumps(rules.of(name)) for name in names]
    return table.assign(as_of_date=as_of_date)[list(RULES)].astype(RULES)
