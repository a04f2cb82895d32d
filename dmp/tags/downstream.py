"""What reads a tag or its metric: tables by dbt's lineage, segments by their rules, scores by their features."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from dmp.published import Published
from dmp.settings import PROJECT, Home
from dmp.tags.rules import Tag
from dmp.transformation import manifest_path

SEGMENT_RULES = PROJECT / "dmp" / "segments" / "rules"
SCORES = """
SELECT target, feature, count(*) AS person_count FROM prediction_parts
WHERE list_contains(?, feature) GROUP BY ALL ORDER BY ALL
"""


def downstream(build: Published, home: Home, tag_id: str, tag: Tag) -> dict[str, Any]:
    """Return what reads the tag: tables, segments (rules that name it), and scores that its metrics move."""
    metrics = sorted({row.metric for row in tag.points} | ({tag.metric} if tag.metric else set()))
    rules = [path for folder in (SEGMENT_RULES, home.segments) for path in sorted(folder.glob("*.yaml"))]
    return {
        "tables": sorted(_tables("user_tags")),
        "segments": [path.stem for path in rules if tag_id in _tags_named(path)],
        "scores": build.rows("prediction_parts", SCORES, metrics),
    }


def _tables(name: str) -> set[str]:
    """Every table that is made from a table, directly or by others."""
    manifest = json.loads(manifest_path().read_text(encoding="utf-8"))
    found: set[str] = set()
    waiting = [f"model.dmp.{name}"]
    while waiting:
        for child in manifest["child_map"].get(waiting.pop(), ()):
            if child.startswith("model.") and child not in found:
                found.add(child)
                waiting.append(child)
    return {child.rsplit(".", 1)[-1] for child in found}


def _tags_named(path: Path) -> set[str]:
    return set(_tags_in(yaml.safe_load(path.read_bytes())))


def _tags_in(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("tag"), str):
            yield node["tag"]
        for part in node.values():
            yield from _tags_in(part)
    elif isinstance(node, list):
        for part in node:
            yield from _tags_in(part)
