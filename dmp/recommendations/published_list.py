"""One person's list as it is published, and what became of the candidates that are not on it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from dmp.portrait import find_person
from dmp.published import Published, published, published_on
from dmp.settings import DmpError, Home

LISTED = """
SELECT * EXCLUDE (user_id, as_of_date, build_id) FROM recommendations
WHERE user_id = ? AND recommendation_rank <= coalesce(?, recommendation_rank)
ORDER BY recommendation_rank
"""
LEFT_OUT = """
SELECT
    stage, rule, count(*) AS item_count,
    list(concat(coalesce(item_name, item_id), ': ', detail) ORDER BY item_id)[1:3] AS examples
FROM recommendation_fates
LEFT JOIN (SELECT item_id, item_name FROM item_profiles) USING (item_id)
WHERE user_id = ?
GROUP BY stage, rule
ORDER BY stage, item_count DESC, rule
"""


CONSENT = "SELECT is_consented_personalisation FROM user_profiles WHERE user_id = ?"


def recommend_one(
    build: Published, home: Home, user: str, count: int | None = None
) -> tuple[str, list[dict[str, Any]]]:
    """Return the user_id of whoever goes by `user`, and the first `count` rows of their list, all without it.

    Of an open build each call is a few look-ups. Raises DmpError where nobody, or more than one person, goes by
    that name.
    """
    user_id = find_person(build, home, user)
    listed = build.rows("recommendations", LISTED, user_id, count)
    for row in listed:
        row["parts"] = json.loads(row["parts"])
    return user_id, listed


def read_recommendations(
    home: Home, user: str, count: int | None = None, as_of: date | None = None
) -> dict[str, Any]:
    """Return one person's list and what became of the candidates that are not on it, of a kept build as of a day.

    Keys: user_id, as_of_date, build_id, is_listing (whether the build holds lists), recommendations (the
    first `count` rows of that table, all without it) and left_out: stage, rule, item_count and up to three
    `examples` of items with their detail.
    """
    with published_on(home, as_of) as build:
        user_id, listed = recommend_one(build, home, user, count)
        if as_of is not None:
            _check_consent(home, user_id)
        return {
            "user_id": user_id,
            **build.stamp,
            "is_listing": "recommendations" in build.build["tables"],
            "recommendations": listed,
            "left_out": build.rows("recommendation_fates", LEFT_OUT, user_id),
        }


def _check_consent(home: Home, user_id: str) -> None:
    """Refuse to show an earlier list of who has not consented to personalisation today."""
    with published(home) as build:
        today = build.rows("user_profiles", CONSENT, user_id)
    if not today or not today[0]["is_consented_personalisation"]:
        raise DmpError(f"{user_id} does not consent to personalisation today: no earlier list is shown")
