"""Tags as rows: what packs say, in the columns of tag_rules, tag_levels and tag_points."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from dmp.tags.rules import Pack, Tag

WINDOW = re.compile(r"(?P<measure>\w+)_(?P<days>\d+d|life)")
# Days are counted from the measure that makes a day count.
COUNTED = {"purchase_day_count": "order_count", "active_day_count": "event_count"}


def metrics_of(tags: Mapping[str, Tag]) -> list[str]:
    """Return the metrics of people that some tags look at."""
    named = {tag.metric for tag in tags.values() if tag.metric and tag.kind != "taste"}
    return sorted(named | {row.metric for tag in tags.values() for row in tag.points})


def tables_of(packs: Mapping[str, Pack]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of tag_rules, tag_levels and tag_points that say what some packs say."""
    tags = [(pack, tag_id, tag) for pack, content in packs.items() for tag_id, tag in content.tags.items()]
    return {
        "tag_rules": [_rule(pack, tag_id, tag) for pack, tag_id, tag in tags],
        "tag_levels": [row for _, tag_id, tag in tags for row in _levels(tag_id, tag)],
        "tag_points": [
            {"tag_id": tag_id, **row.model_dump()} for _, tag_id, tag in tags for row in tag.points
        ],
    }


def _rule(pack: str, tag_id: str, tag: Tag) -> dict[str, Any]:
    window = WINDOW.fullmatch(tag.metric or "")
    measure, days = (window["measure"], window["days"]) if window else (None, "life")
    return {
        "tag_id": tag_id,
        "pack": pack,
        "tag_name_en": tag.name_en,
        "tag_name_zh": tag.name_zh,
        "owner": tag.owner,
        "rule_kind": tag.kind,
        "metric": tag.metric,
        "operator": tag.operator,
        "measure": COUNTED.get(measure, measure) if measure else None,
        "window_days": None if days == "life" else int(days[:-1]),
        "most": tag.most,
        "rule_version": tag.rule_version,
        "purpose": tag.purpose,
        "expiry_days": tag.expiry_days,
    }


def _levels(tag_id: str, tag: Tag) -> list[dict[str, Any]]:
    rows, begins = [], date.min
    for version, end, levels in tag.versions:
        for rank, level in enumerate(levels, 1):
            enter_at, leave_at = level.bounds
            rows.append(
                {
                    "tag_id": tag_id,
                    "rule_version": version,
                    "in_force_from": str(begins),
                    "in_force_to": str(end),
                    "level_rank": rank,
                    "level": level.level,
                    "enter_at": enter_at,
                    "leave_at": leave_at,
                }
            )
        begins = date.fromordinal(min(end.toordinal() + 1, date.max.toordinal()))
    return rows
