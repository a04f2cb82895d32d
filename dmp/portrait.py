"""Everything that the published build says of one person, with its reasons; how it looks is `portrait_card`."""

from __future__ import annotations

import json
import re
from typing import Any

from dmp.landing.identifiers import normalised
from dmp.published import Published, published
from dmp.published_names import identifier_ids
from dmp.settings import DmpError, Home

USER_ID = re.compile(r"[0-9a-f]{16}")


def read_portrait(home: Home, user: str) -> dict[str, Any]:
    """Return one person's portrait.

    user: a published user_id, of this build or an earlier one, or the source's own login or anonymous id.
    Keys: user_id, as_of_date, build_id, profile (the columns of user_profiles), and lists of rows: identifiers,
    attributes (each with its source), devices (the first three), tags, interests, visits, paths, carts (open and
    abandoned), spending, loyalty, satisfaction, predictions (each with its `parts`), purchase_times, silence_times,
    segments, recommendations (the first five).
    Raises DmpError where nobody, or more than one person, goes by that name.
    """
    with published(home) as build:
        return portrait_of(build, find_person(build, home, user))


def portrait_of(build: Published, user_id: str) -> dict[str, Any]:
    """Return `read_portrait` of a person of an open build."""
    (profile,) = build.rows("user_profiles", "FROM user_profiles WHERE user_id = ?", user_id)
    rows = {name: build.rows(table, query, user_id) for name, (table, query) in PARTS.items()}
    for tag in rows["tags"]:
        tag["evidence"] = json.loads(tag["evidence"])
    moved_by = rows.pop("parts")
    for prediction in rows["predictions"]:
        prediction["parts"] = [part for part in moved_by if part["target"] == prediction["target"]]
    return {"user_id": user_id, **build.stamp, "profile": profile, **rows}


PARTS = {
    "identifiers": (
        "identity_map",
        "SELECT identifier_type, count(*) AS identifier_count FROM identity_map WHERE user_id = ? "
        "GROUP BY identifier_type ORDER BY identifier_type",
    ),
    "attributes": (
        "user_attributes",
        "SELECT * EXCLUDE (user_id, as_of_date, build_id) FROM user_attributes WHERE user_id = ? "
        "ORDER BY attribute, is_winning DESC, observed_at DESC, value, source",
    ),
    "devices": (
        "user_devices",
        "SELECT device_type, os, browser, event_count, last_event_date, is_shared FROM user_devices "
        "WHERE user_id = ? ORDER BY device_rank LIMIT 3",
    ),
    "tags": (
        "user_tags",
        "SELECT * EXCLUDE (build_id) FROM user_tags WHERE user_id = ? ORDER BY tag_score DESC, tag_id",
    ),
    "interests": (
        "user_interests",
        "SELECT * EXCLUDE (build_id) FROM user_interests WHERE user_id = ? ORDER BY kind, interest_rank",
    ),
    "visits": (
        "user_visits",
        "SELECT session_count_30d, visit_gap_mean_days_90d, dwell_median_seconds_90d, main_daypart_90d, "
        "main_weekday_90d FROM user_visits WHERE user_id = ?",
    ),
    "paths": (
        "user_paths",
        "SELECT path, path_count_90d FROM user_paths WHERE user_id = ? ORDER BY path_rank LIMIT 2",
    ),
    "carts": (
        "user_carts",
        "SELECT cart_state, since_at, item_id, item_name FROM user_carts "
        "LEFT JOIN (SELECT item_id, item_name FROM item_profiles) USING (item_id) "
        "WHERE user_id = ? AND cart_state IN ('open', 'abandoned') ORDER BY since_at DESC, item_id LIMIT 3",
    ),
    "spending": (
        "user_spending",
        "SELECT spending_band, premium_share_life, discount_share_life FROM user_spending WHERE user_id = ?",
    ),
    "loyalty": ("user_loyalty", "SELECT loyalty_points FROM user_loyalty WHERE user_id = ?"),
    "satisfaction": (
        "user_satisfaction",
        "SELECT satisfaction_points, review_count_life, refund_count_life FROM user_satisfaction WHERE user_id = ?",
    ),
    "predictions": (
        "user_predictions",
        "SELECT * EXCLUDE (build_id) FROM user_predictions WHERE user_id = ? ORDER BY target",
    ),
    "parts": (
        "prediction_parts",
        "SELECT target, feature, feature_value, contribution, part_rank FROM prediction_parts WHERE user_id = ? "
        "ORDER BY target, part_rank",
    ),
    "purchase_times": (
        "purchase_times",
        "SELECT * EXCLUDE (build_id) FROM purchase_times WHERE user_id = ?",
    ),
    "silence_times": ("silence_times", "SELECT * EXCLUDE (build_id) FROM silence_times WHERE user_id = ?"),
    "segments": (
        "user_segments",
        "SELECT segment_id, segment_name, kind, valid_from, reason FROM user_segments WHERE user_id = ? "
        "ORDER BY kind, segment_id",
    ),
    "recommendations": (
        "recommendations",
        "SELECT recommendation_rank, item_id, item_name, score, reason FROM recommendations "
        "WHERE user_id = ? ORDER BY recommendation_rank LIMIT 5",
    ),
}


def find_person(build: Published, home: Home, user: str) -> str:
    """Return the user_id of the one person who goes by `user`; a published user_id is nothing else.

    Raises DmpError where there is not exactly one.
    """
    text = normalised(user)
    if build.rows("user_profiles", "SELECT user_id FROM user_profiles WHERE user_id = ?", text):
        return text
    found = build.rows(
        "user_profiles",
        """
        SELECT DISTINCT user_id FROM identity_map SEMI JOIN user_profiles USING (user_id)
        WHERE list_contains(?, identifier_id) ORDER BY user_id
        """,
        identifier_ids(home, user),
    )
    if not found:
        kind = "user_id" if USER_ID.fullmatch(text) else "user_id or id of a source"
        raise DmpError(f"nobody in build {build.build['build_id']} goes by the {kind} '{user}'")
    if len(found) > 1:
        people = ", ".join(row["user_id"] for row in found)
        raise DmpError(f"'{user}' names {len(found)} people in different sources: use one of {people}")
    return found[0]["user_id"]
