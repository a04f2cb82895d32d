"""What channels, rules and features are called, English and Chinese; the words stand in YAML files beside this one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("en", "zh")
FILES = ("words.yaml", "why_words.yaml")


def words(kind: str, name: str, language: str) -> str:
    """Return the words of a name, such as a channel's (`channels`), a rule's when passed (`passed`), the change that it
    asks for (`change`); its own name where nobody gave it words.
    """
    known = _words()[kind].get(name)
    return known[LANGUAGES.index(language)] if known else name.replace("_", " ")


def feature_words(feature: str, language: str) -> str:
    """Return the words of what the ranker sees: a fact, or the score or place in a channel."""
    channel, _, kind = feature.rpartition("_")
    if channel in _words()["channels"] and kind in _words()["kinds"]:
        of_channel, of_kind = words("channels", channel, language), words("kinds", kind, language)
        return f"{of_kind} {of_channel}" if language == "en" else f"{of_channel}{of_kind}"
    return words("features", feature, language)


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    folder = Path(__file__).parent
    found: dict[str, dict[str, list[str]]] = {}
    for name in FILES:
        found |= yaml.safe_load((folder / name).read_bytes())
    return found
