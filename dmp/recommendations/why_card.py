"""An item's fate for a person in words, English or Chinese; nothing is looked up or worked out here."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from dmp.recommendations.words import feature_words, words
from dmp.terminal import grid, print_section

Rows = list[tuple[str, str]]


def print_why(why: dict[str, Any], target: Console, language: str = "en") -> None:
    """Print a fate as read_why returns it."""
    rows = why_rows(why, language)
    # A label is said once.
    is_first = [place == 0 or rows[place - 1][0] != label for place, (label, _) in enumerate(rows)]
    lines = [
        (words("labels", label, language) if first else "", text)
        for first, (label, text) in zip(is_first, rows, strict=True)
    ]
    print_section(target, f"{why['item_name'] or why['item_id']}, for {why['user_id']}", grid(*lines))
    target.print(Text(f"as of {why['as_of_date']}, build {why['build_id']}", style="dim"))


def why_rows(why: dict[str, Any], language: str) -> Rows:
    """Return the fate as pairs of a label's name and a text."""
    rows = [("fate", words("fates", why["stage"], language).format(**why))]
    if why["stage"] == "listed":
        rows.append(("why", why["reason"] if language == "en" else why["reason_zh"]))
        rows += [("channels", text) for text in channel_texts(why, language)]
    passed = "; ".join(words("passed", rule, language) for rule in why["passed_rules"])
    rows += [("passed", passed)] if passed else []
    if why["stage"] == "listed":
        rows += [("parts", text) for text in part_texts(why, language)]
        return rows + ([("value", _sentence("worth", language, why))] if why["value"] is not None else [])
    return rows + [("change", text) for text in change_texts(why, language)]


def channel_texts(why: dict[str, Any], language: str) -> list[str]:
    """Return the channels that proposed a listed item, each with the item's place in it."""
    ranks = why["parts"].get("channel_ranks", {})
    return [
        f"{words('channels', name, language)} {f'#{ranks[name]}' if name in ranks else ''}".rstrip()
        for name in why["channels"]
    ]


def part_texts(why: dict[str, Any], language: str) -> list[str]:
    """Return the largest parts of a listed item's score, before the logistic function."""
    parts = why["parts"].get("contributions")
    if not parts:
        return [_sentence("no_parts", language, why)]
    return [
        f"{value:+.2f} {feature_words(name, language)} "
        f"({_sentence('raises' if value >= 0 else 'lowers', language, {})})"
        for name, value in parts.items()
    ]


def change_texts(why: dict[str, Any], language: str) -> list[str]:
    """Return the smallest change that would show an item, and whether it is enough."""
    if why["stage"] in ("rank", "rerank"):
        return [_sentence("short" if why["is_by_score"] else "ordered", language, why)]
    if why["stage"] == "recall":
        return _gap_texts(why["gap"], language)
    if why["stage"] == "consent":
        return [words("change", why["rule"], language)]
    if why["stage"] != "filter":
        return []
    texts = [words("change", why["rule"], language)]
    if why["further_rules"]:
        names = ", ".join(words("passed", rule, language) for rule in why["further_rules"])
        texts.append(_sentence("further", language, {"rules": names}))
    if why["would_be_rank"] and why["would_be_rank"] > why["list_length"]:
        texts.append(_sentence("not_enough", language, why))
    elif why["would_be_rank"] and not why["further_rules"]:
        texts.append(_sentence("alone" if why["is_by_score"] else "ordered", language, why))
    return texts


def _gap_texts(gap: dict[str, Any] | None, language: str) -> list[str]:
    if gap is None:
        return [_sentence("unchanged", language, {})]
    named = {**gap, "channel": words("channels", gap["channel"], language)}
    if gap["channel_rank"] and gap["channel_rank"] <= gap["quota"]:
        return [_sentence("crowded_out", language, named)]
    return [_sentence("nearest", language, named)] + (
        [_sentence("place", language, named)] if gap["channel_rank"] else []
    )


def _sentence(name: str, language: str, values: dict[str, Any]) -> str:
    return words("sentences", name, language).format(**values)
