"""Why an item stands in a person's list, or where on the way it fell and the smallest change that would show it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dmp.list_order import ListOrder
from dmp.portrait import find_person
from dmp.published import Published, published
from dmp.published_names import key_of
from dmp.settings import DmpError, Home

if TYPE_CHECKING:
    from dmp.recommendations.served_state import VectorsAsOf

# Every item of the catalogue is in exactly one of them: listed, else recalled, else not.
FATES = """
SELECT
    items.item_id, items.item_name,
    CASE WHEN listed.item_id IS NOT NULL THEN 'listed' ELSE coalesce(fates.stage, 'recall') END AS stage,
    coalesce(fates.rule, if(listed.item_id IS NULL, 'no_channel', NULL)) AS rule, fates.detail,
    listed.recommendation_rank, coalesce(listed.score, fates.score) AS score,
    coalesce(listed.value, fates.value) AS value, listed.probability, fates.would_be_rank, fates.further_rules,
    listed.channels, listed.reason, listed.reason_zh, listed.parts
FROM item_profiles AS items
LEFT JOIN (FROM recommendations WHERE user_id = $1) AS listed ON listed.item_id = items.item_id
LEFT JOIN (FROM recommendation_fates WHERE user_id = $1) AS fates ON fates.item_id = items.item_id
WHERE $2::VARCHAR[] IS NULL OR list_contains($2, items.item_id)
ORDER BY items.item_id
"""
ITEMS = """
SELECT item_id, item_name FROM item_profiles
WHERE item_id = $1 OR lower(item_name) = lower($1) ORDER BY item_id <> $1, item_id
"""
NEAREST = """
SELECT item_id, item_name FROM item_profiles
ORDER BY jaro_winkler_similarity(lower(coalesce(item_name, item_id)), lower($1)) DESC, item_id LIMIT 1
"""
LAST = """
SELECT score FROM recommendations
WHERE user_id = ? ORDER BY recommendation_rank DESC LIMIT 1
"""
RULES = "SELECT rule FROM recommendation_rules ORDER BY rule_order"
CONSENT = "SELECT is_consented_personalisation FROM user_profiles WHERE user_id = ?"


def read_why(home: Home, user: str, item: str, vectors_as_of: VectorsAsOf) -> dict[str, Any]:
    """Return an item's fate for a person.

    user: a published user_id or the source's own id; item: an item_id, or a name in the catalogue as it stands there;
    vectors_as_of: as the lists were made with.
    Keys: user_id, as_of_date, build_id, item_id, item_name, `stage` (listed, rank, rerank, filter, recall, catalogue,
    or consent where the person lets no lists be shown), rule, detail, recommendation_rank, score, value, probability,
    would_be_rank (by score), is_by_score (whether nothing but the score orders lists),
    further_rules (list), channels, reason, reason_zh, parts, passed_rules (those that it was found to pass),
    list_length, last_score (of the last item of the list), and gap (of an item that no channel proposed: the nearest
    channel and what was lacking there).
    Raises DmpError where nobody, or more than one person, goes by that name, or several items do.
    """
    with published(home) as build:
        user_id = find_person(build, home, user)
        if "recommendations" not in build.build["tables"]:
            raise DmpError(f"build {build.stamp['build_id']} holds no recommendations")
        fate = {"user_id": user_id, **build.stamp, **_fate(build, user_id, item)}
    if fate["stage"] == "recall":
        fate["gap"] = recall_gap(home, user_id, fate["item_id"], vectors_as_of)
    return fate


def _fate(build: Published, user_id: str, item: str) -> dict[str, Any]:
    found = find_item(build, item)
    if found is None:
        (near,) = build.rows("item_profiles", NEAREST, item) or [{"item_id": "", "item_name": None}]
        detail = (
            f"the catalogue has no item '{item}'; the nearest name is {near['item_name'] or near['item_id']}"
        )
        return _empty(item) | {"stage": "catalogue", "rule": "not_in_catalogue", "detail": detail}
    (consent,) = build.rows("user_profiles", CONSENT, user_id)
    if not consent["is_consented_personalisation"]:
        detail = "the person has not consented to personalisation: no list of theirs is published"
        return (
            _empty(found["item_id"])
            | found
            | {"stage": "consent", "rule": "without_consent", "detail": detail}
        )
    (fate,) = fates(build, user_id, found["item_id"])
    last = build.rows("recommendations", LAST, user_id)
    rules = [row["rule"] for row in build.rows("recommendation_rules", RULES)]
    return _empty(fate["item_id"]) | {
        **fate,
        "further_rules": fate["further_rules"].split(", ") if fate["further_rules"] else [],
        "parts": json.loads(fate["parts"]) if fate["parts"] else {},
        "passed_rules": _passed(rules, fate),
        "list_length": build.build["settings"]["list_length"],
        "is_by_score": ListOrder.model_validate(build.build["settings"]["list_order"]).is_by_score,
        "last_score": last[0]["score"] if last else None,
    }


def _passed(rules: list[str], fate: dict[str, Any]) -> list[str]:
    """Return the rules that a candidate passed: those before the one that removed it; none before it is a candidate."""
    if fate["stage"] == "recall":
        return []
    return rules[: rules.index(fate["rule"])] if fate["rule"] in rules else rules


def _empty(item_id: str) -> dict[str, Any]:
    names = (
        "item_name rule detail recommendation_rank score value probability would_be_rank channels reason reason_zh "
        "last_score gap"
    )
    return {
        "item_id": item_id,
        **dict.fromkeys(names.split()),
        "further_rules": [],
        "passed_rules": [],
        "parts": {},
        "list_length": 0,
        "is_by_score": True,
    }


def fates(build: Published, user_id: str, *item_ids: str) -> list[dict[str, Any]]:
    """Return one row per item of the catalogue, or per item asked for: what became of it for the person."""
    return build.rows("item_profiles", FATES, user_id, list(item_ids) or None)


def find_item(build: Published, item: str) -> dict[str, Any] | None:
    """Return item_id and item_name of what goes by an id or name; None where nothing does.

    Raises DmpError where several items have that name and none has it as its id.
    """
    found = build.rows("item_profiles", ITEMS, item)
    if len(found) > 1 and found[0]["item_id"] != item:
        ids = ", ".join(row["item_id"] for row in found[:5])
        raise DmpError(f"'{item}' names {len(found)} items: use one of {ids}")
    return found[0] if found else None


def recall_gap(home: Home, user_id: str, item_id: str, vectors_as_of: VectorsAsOf) -> dict[str, Any] | None:
    """Return the nearest channel of an item that none proposed, with the score that it lacked; None without any."""
    import numpy as np

    from dmp.recommendations.recall_gap import nearest_channel
    from dmp.recommendations.recipe import CHANNELS
    from dmp.recommendations.served_state import served_state

    with served_state(home, vectors_as_of) as state:
        (item_key,) = np.flatnonzero(state.context.items["item_id"] == item_id)
        gap = nearest_channel(state.context, key_of(user_id), int(item_key), CHANNELS)
    return {**asdict(gap), "lacked_score": gap.needed_score - gap.score} if gap else None
