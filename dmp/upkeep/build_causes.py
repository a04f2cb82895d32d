"""Why two builds differ: a build's id is a hash of what made it, so one of these must differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict


class Causes(TypedDict):
    """What made one build and not the other. Files by their path below the landing folder."""

    landed_files: dict[str, list[str]]
    settings: dict[str, list[Any]]
    decisions: dict[str, list[str]]
    strays: dict[str, list[str]]
    is_other_code: bool
    is_other_key: bool
    as_of_date: list[str]


def build_causes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Causes:
    """Return the causes, from what two builds say of themselves.

    settings: [before, after] of each setting that differs, None where a build knows no such setting.
    """
    return {
        "landed_files": _differing(_files(before), _files(after)),
        "settings": {
            name: [before["settings"].get(name), after["settings"].get(name)]
            for name in sorted(before["settings"].keys() | after["settings"].keys())
            if before["settings"].get(name) != after["settings"].get(name)
        },
        "decisions": _differing(before.get("decisions", {}), after.get("decisions", {})),
        "strays": _differing(dict.fromkeys(before["strays"], ""), dict.fromkeys(after["strays"], "")),
        "is_other_code": before["code_version"] != after["code_version"],
        "is_other_key": before["key_fingerprint"] != after["key_fingerprint"],
        "as_of_date": [before["as_of_date"], after["as_of_date"]],
    }


def _files(build: Mapping[str, Any]) -> dict[str, str]:
    return {name: content for files in build["landed_days"].values() for name, content in files.items()}


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the names that came, went and have other contents, in order."""
    return {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "changed": sorted(name for name in before.keys() & after.keys() if before[name] != after[name]),
    }
