"""From what was put together in the rule builder to the text of a rule in YAML, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from dmp.segments.catalogue import Field
from dmp.segments.conditions import RuleError
from dmp.segments.tree import OPERATORS

FILE = "rule"
NO_DEEPER = "conditions lie too deep to be read"


def rule_text(sent: Mapping[str, Any], fields: Mapping[str, Field]) -> str:
    """Return the YAML of a rule. sent: id, name_en, name_zh, owner, purpose, who.

    JSON has no days: texts that fields of days are compared with become days where they are one.
    Raises RuleError where conditions lie too deep.
    """
    document = {
        "id": sent.get("id"),
        "names": {"en": sent.get("name_en"), "zh": sent.get("name_zh")},
        "owner": sent.get("owner"),
        "purpose": sent.get("purpose"),
        "version": 1,
    }
    try:
        document["who"] = _dated(sent.get("who"), fields)
        return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)
    except RecursionError as error:
        raise RuleError(f"{FILE}: who: {NO_DEEPER}") from error


def builder_state(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule's document as the builder sends it, days as texts."""
    names = document["names"]
    known = {name: document[name] for name in ("id", "owner", "purpose")}
    return {**known, "name_en": names["en"], "name_zh": names["zh"], "who": _undated(document["who"])}


def _dated(node: Any, fields: Mapping[str, Field]) -> Any:
    if isinstance(node, list):
        return [_dated(part, fields) for part in node]
    if not isinstance(node, dict):
        return node
    field = fields.get(node["field"]) if isinstance(node.get("field"), str) else None
    if field is None or field.kind != "day":
        return {name: _dated(part, fields) for name, part in node.items()}
    return {name: _day(part) if name in OPERATORS else part for name, part in node.items()}


def _day(value: Any) -> Any:
    if isinstance(value, list):
        return [_day(part) for part in value]
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _undated(node: Any) -> Any:
    if isinstance(node, list):
        return [_undated(part) for part in node]
    if isinstance(node, dict):
        return {name: _undated(part) for name, part in node.items()}
    return str(node) if isinstance(node, date) else node
