"""What the published build says of one person as of a past day, as known then or later; how it looks is `past_card`."""

from __future__ import annotations

from datetime import date
from typing import Any

from dmp.portrait import find_person
from dmp.published import Published, published
from dmp.settings import DmpError, Home, SettingsError

# Whoever was joined with somebody later went by an id of their own.
IDS = """
SELECT ? AS user_id UNION SELECT retired_user_id FROM retired_users WHERE user_id = ? ORDER BY user_id
"""
METRICS = "FROM user_metrics_as_of(?::DATE, ?::DATE) WHERE list_contains(?, user_id) ORDER BY user_id"
ATTRIBUTES = """
SELECT attribute, value, source, source_kind, valid_from FROM user_attribute_history
WHERE user_id = $1 AND $2 >= valid_from AND $2 < valid_to AND $3 >= known_from AND $3 < known_to
ORDER BY attribute, value, source
"""
# The days of the lifecycle are as known now; of Sundays it is kept how they were known then.
STAGE_NOW = """
SELECT lifecycle_stage, entered_on AS since FROM user_lifecycle
WHERE user_id = $1 AND entered_on <= $2 AND coalesce(left_on > $2, true)
"""
STAGE_THEN = """
SELECT lifecycle_stage, as_of_date AS told_on FROM user_lifecycle_history
WHERE user_id = $1 AND as_of_date <= $2 ORDER BY as_of_date DESC LIMIT 1
"""
TAGS = """
SELECT tag_id, any_value(tag_name_en) AS tag_name_en, arg_max(level, changed_on) AS level,
    arg_max(value, changed_on) AS value, arg_max(bound, changed_on) AS bound, max(changed_on) AS changed_on
FROM user_tag_changes LEFT JOIN (SELECT tag_id, tag_name_en FROM tags) USING (tag_id)
WHERE user_id = $1 AND changed_on <= $2
GROUP BY tag_id HAVING arg_max(change, changed_on) <> 'left' ORDER BY tag_id
"""
TASTES = """
SELECT tag_id, any_value(tag_name_en) AS tag_name_en, tag_value, arg_max(day_count, changed_on) AS day_count,
    max(changed_on) AS changed_on
FROM user_taste_changes LEFT JOIN (SELECT tag_id, tag_name_en FROM tags) USING (tag_id)
WHERE user_id = $1 AND changed_on <= $2
GROUP BY tag_id, tag_value HAVING arg_max(change, changed_on) = 'entered' ORDER BY tag_id, tag_value
"""
SEGMENTS = """
SELECT segment_id, max(changed_on) AS valid_from, arg_max(reason, changed_on) AS reason
FROM user_segment_changes
WHERE user_id = $1 AND changed_on <= $2
GROUP BY segment_id HAVING arg_max(change, changed_on) = 'joined' ORDER BY segment_id
"""


def read_past_portrait(home: Home, user: str, day: date, known_on: date | None = None) -> dict[str, Any]:
    """Return one person as of the end of a day, as known at the end of it or of a later one.

    user: see `portrait.read_portrait`. Keys: user_id, as_of_date, known_on, build_id and people: whoever they were
    then (several, if they were joined later), each with user_id, metrics (a row of user_metrics_as_of), attributes,
    lifecycle, tags, tastes and segments. Tags, tastes and segments are as known on their cuts.
    Raises SettingsError for days out of order or not landed yet, DmpError where nothing was known of them.
    """
    with published(home) as build:
        last = date.fromisoformat(build.build["as_of_date"])
        known = _known_on(day, known_on, last)
        user_id = find_person(build, home, user)
        ids = [row["user_id"] for row in build.rows("retired_users", IDS, user_id, user_id)] or [user_id]
        found = build.rows("user_metrics", METRICS, day, known, ids)
        if not found:
            raise DmpError(f"nothing that happened up to {day} was known of {user_id} on {known}")
        people = [_person(build, row, day, known, is_now=known == last) for row in found]
        stamp = {"as_of_date": str(day), "known_on": str(known), "build_id": build.build["build_id"]}
    return {"user_id": user_id, **stamp, "people": people}


def _known_on(day: date, known_on: date | None, last: date) -> date:
    known = known_on or day
    if known < day:
        raise SettingsError(
            f"--known-on {known} is before --as-of {day}: a day cannot be known before it comes"
        )
    if known > last:
        raise SettingsError(f"the published build knows days up to {last}, not {known}")
    return known


def _person(
    build: Published, metrics: dict[str, Any], day: date, known: date, *, is_now: bool
) -> dict[str, Any]:
    user_id = metrics["user_id"]
    table, query = ("user_lifecycle", STAGE_NOW) if is_now else ("user_lifecycle_history", STAGE_THEN)
    stages = build.rows(table, query, user_id, day)
    return {
        "user_id": user_id,
        "metrics": metrics,
        "attributes": build.rows("user_attribute_history", ATTRIBUTES, user_id, day, known),
        "lifecycle": stages[0] if stages else None,
        "tags": build.rows("user_tag_changes", TAGS, user_id, day),
        "tastes": build.rows("user_taste_changes", TASTES, user_id, day),
        "segments": build.rows("user_segment_changes", SEGMENTS, user_id, day),
    }
