"""Segments: which there are, how large they were, who is in one and since when."""

from __future__ import annotations

from typing import Any

from dmp.pages import charts
from dmp.published import Published
from dmp.settings import DmpError

SEGMENTS = """
SELECT segment_id, segment_name, segment_name_zh, kind, person_count, owner, purpose, as_of_date
FROM segments ORDER BY person_count DESC, segment_id
"""
SIZES = "SELECT segment_id, as_of_date, person_count FROM segment_sizes ORDER BY as_of_date, segment_id"
ONE = "SELECT * EXCLUDE (build_id) FROM segments WHERE segment_id = ?"
ONE_SIZES = """
SELECT as_of_date, person_count, joined_count, left_count FROM segment_sizes
WHERE segment_id = ? ORDER BY as_of_date
"""
CAUSES = """
SELECT change, cause, count(*) AS person_count, max(changed_on) AS last_changed_on FROM user_segment_changes
WHERE segment_id = ? GROUP BY change, cause ORDER BY change, person_count DESC, cause
"""
OVERLAPS = """
SELECT others.segment_id, any_value(others.segment_name) AS segment_name, count(*) AS shared_count
FROM user_segments AS ones
INNER JOIN user_segments AS others ON ones.user_id = others.user_id AND ones.segment_id <> others.segment_id
WHERE ones.segment_id = ? GROUP BY others.segment_id ORDER BY shared_count DESC, others.segment_id LIMIT 10
"""
STAGES = """
SELECT lifecycle_stage, count(*) AS person_count
FROM user_segments SEMI JOIN user_profiles USING (user_id)
INNER JOIN (SELECT user_id, lifecycle_stage FROM user_profiles) USING (user_id)
WHERE segment_id = ? GROUP BY lifecycle_stage ORDER BY person_count DESC, lifecycle_stage
"""


def read(build: Published) -> dict[str, Any]:
    """Return the segments, the largest first, and their sizes over time."""
    sizes = build.rows("segment_sizes", SIZES)
    return {
        "segments": build.rows("segments", SEGMENTS),
        "sizes": charts.lines(sizes, "as_of_date", "person_count", "segment_id") if sizes else None,
    }


def read_one(build: Published, segment_id: str) -> dict[str, Any]:
    """Return a segment, its size over time, why people come and go, what it shares, and where its people stand.

    Raises DmpError where the build has no such segment.
    """
    found = build.rows("segments", ONE, segment_id)
    if not found:
        raise DmpError(f"there is no segment '{segment_id}' in build {build.build['build_id']}")
    sizes = build.rows("segment_sizes", ONE_SIZES, segment_id)
    return {
        "segment": found[0],
        "sizes": charts.lines(sizes, "as_of_date", "person_count") if sizes else None,
        "moves": charts.bars(sizes, "as_of_date", ["joined_count", "left_count"]) if sizes else None,
        "causes": build.rows("user_segment_changes", CAUSES, segment_id),
        "overlaps": build.rows("user_segments", OVERLAPS, segment_id),
        "stages": build.rows("user_segments", STAGES, segment_id),
    }
