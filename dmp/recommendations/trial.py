"""What other bounds of a rule would change before they are published: all lists are made anew, and thrown away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import yaml
from pydantic import ValidationError

from dmp.list_rules import ListRules
from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context
from dmp.recommendations.explanation import item_names
from dmp.recommendations.learnt_ranker import LearntRanker
from dmp.recommendations.lists import ranked_candidates
from dmp.recommendations.recipe import CHANNELS, FILTERS
from dmp.recommendations.serving import BLOCK_OF_PEOPLE
from dmp.settings import SettingsError

EXAMPLES = 5
_PAIR = ["user_key", "item_key"]


def proposed_rules(rules: ListRules, rule: str, bounds: Mapping[str, Any]) -> ListRules:
    """Return the home's rules with other bounds of one. Raises SettingsError where that cannot be."""
    known = rules.of(rule)
    if rule not in {one.name for one in FILTERS}:
        raise SettingsError(f"there is no rule '{rule}'; `dmp filter list` shows the rules")
    if not known:
        raise SettingsError(f"the rule {rule} has nothing to set")
    if unknown := sorted(set(bounds) - set(known)):
        raise SettingsError(f"{rule} has no bound '{unknown[0]}': it has {', '.join(known)}")
    try:
        return ListRules.model_validate({**rules.model_dump(), rule: {**known, **bounds}})
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def bounds_of(texts: list[str]) -> dict[str, Any]:
    """Read `name=value` texts, values as YAML: `times=3`, `times=null`, `categories=[a, b]`. Raises SettingsError."""
    bounds = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise SettingsError(f"'{text}' is not of the form name=value")
        try:
            bounds[name.strip()] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise SettingsError(f"the value of {name} cannot be read: {value}") from error
    return bounds


def effect(
    before: Context, after: Context, ranker: LearntRanker | None, rule: str, list_length: int
) -> dict[str, Any]:
    """Return what the bounds of `after` change in the lists that those of `before` give the served people.

    Keys: people_count, list_count (lists that change), coming_count and going_count (places in lists), removed_before
    and removed_after (candidates by this rule; a candidate counts for the first rule that removes it), score_before,
    score_after, value_before and value_after (all lists, added up; no value without a probability), items (those that
    come or go most, with lists before and after) and people (some whose lists change and who consented, with what comes
    and goes).
    """
    heads, removed = _heads(before, after, ranker, rule, list_length)
    one, other = (pd.MultiIndex.from_frame(head[_PAIR]) for head in heads)
    coming, going = other.difference(one), one.difference(other)
    changed = np.union1d(coming.get_level_values(0), going.get_level_values(0))
    return {
        "people_count": int(before.people["is_served"].sum()),
        "list_count": len(changed),
        "coming_count": len(coming),
        "going_count": len(going),
        "removed_before": removed[0],
        "removed_after": removed[1],
        **{
            f"{name}_{when}": float(head[name].sum())
            for name in ("score", "value")
            for when, head in zip(("before", "after"), heads, strict=True)
        },
        "items": _items(before, *(head["item_key"] for head in heads)),
        "people": list(_people(before, changed, coming, going)),
    }


def _heads(
    before: Context, after: Context, ranker: LearntRanker | None, rule: str, list_length: int
) -> tuple[list[pd.DataFrame], list[int]]:
    """Return the lists under each context, and how many candidates the rule removed."""
    served = before.people.loc[before.people["is_served"].to_numpy(dtype=bool), ["user_key"]]
    heads: list[list[pd.DataFrame]] = [[], []]
    removed = [0, 0]
    for start in range(0, max(1, len(served)), BLOCK_OF_PEOPLE):
        recalled = recall_candidates(before, served.iloc[start : start + BLOCK_OF_PEOPLE], CHANNELS)
        for place, context in enumerate((before, after)):
            ranked, fallen = ranked_candidates(context, recalled, ranker, is_served=True)
            is_listed = (ranked["recommendation_rank"] <= list_length).to_numpy()
            heads[place].append(ranked.loc[is_listed, [*_PAIR, "score", "value"]])
            removed[place] += int((fallen["rule"] == rule).sum())
    return [pd.concat(parts, ignore_index=True) for parts in heads], removed


def _items(context: Context, *listed: pd.Series) -> list[dict[str, Any]]:
    """Return the items whose number of lists changes most."""
    counts = [np.bincount(items, minlength=len(context.items)) for items in listed]
    order = np.lexsort((np.arange(len(counts[0])), -np.abs(counts[1] - counts[0])))
    names = item_names(context.items)
    return [
        {
            "item_id": context.items["item_id"].iloc[place],
            "item_name": names.iloc[place],
            "lists_before": int(counts[0][place]),
            "lists_after": int(counts[1][place]),
        }
        for place in order[:EXAMPLES]
        if counts[0][place] != counts[1][place]
    ]


def _people(
    context: Context, changed: np.ndarray, coming: pd.Index, going: pd.Index
) -> Iterator[dict[str, Any]]:
    people = context.people.set_index("user_key").loc[changed]
    names = item_names(context.items)
    for user_key, person in (
        people[people["is_consented"].astype(bool)].sort_values("user_id").head(EXAMPLES).iterrows()
    ):
        moves = {
            move: [names.iloc[item] for user, item in pairs if user == user_key]
            for move, pairs in (("comes", coming), ("goes", going))
        }
        yield {"user_id": person["user_id"], **moves}
