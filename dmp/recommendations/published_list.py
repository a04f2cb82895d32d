"""One person's list as it is published, and what became of the candidates that are not on it."""

from __future__ import annotations

import json
from typing import Any

from dmp.portrait import find_person
from dmp.published import Published, published
from dmp.settings import Home

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


def read_recommendations(home: Home, user: str, count: int | None = None) -> dict[str, Any]:
    """Return one person's list and what became of the candidates that are not on it.

    Keys: user_id, as_of_date, build_id, is_listing (whether the build holds lists), recommendations (the
    first `count` rows of that table, all without it) and left_out: stage, rule, item_count and up to three
    `examples` of items with their detail.
    """
    with published(home) as build:
        user_id, listed = recommend_one(build, home, user, count)
        return {
            "user_id": user_id,
            **build.stamp,
            "is_listing": "recommendations" in build.build["tables"],
            "recommendations": listed,
            "left_out": build.rows("recommendation_fates", LEFT_OUT, user_id),
        }
