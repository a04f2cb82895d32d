"""One person as of a past day as a card in words; nothing is looked up or worked out here."""

from __future__ import annotations

from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from dmp.portrait_card import activity
from dmp.terminal import grid, number, print_section


def print_past_portrait(portrait: dict[str, Any], console: Console) -> None:
    """Print a portrait as read_past_portrait returns it."""
    for person in portrait["people"]:
        sections: list[tuple[str, RenderableType | None]] = [
            (f"Person {person['user_id']} on {portrait['as_of_date']}", _attributes(person["attributes"])),
            ("Where they stood", _standing(person)),
            ("What they had done", activity(person["metrics"])),
            ("Tags that held", _tags(person["tags"], person["tastes"])),
        ]
        for title, body in sections:
            if body is not None:
                print_section(console, title, body)
    stamp = (
        f"as of {portrait['as_of_date']}, as known on {portrait['known_on']}, build {portrait['build_id']}"
    )
    console.print(Text(stamp, style="dim"))


def _attributes(attributes: list[dict[str, Any]]) -> RenderableType:
    rows = [
        (row["attribute"].replace("_", " "), row["value"], f"{row['source_kind']} of {row['source']}")
        for row in attributes
    ]
    return grid(*rows) if rows else Text("nothing was known of who they are")


def _standing(person: dict[str, Any]) -> RenderableType | None:
    rows = []
    if stage := person["lifecycle"]:
        when = f"since {stage['since']}" if "since" in stage else f"on Sunday {stage['told_on']}"
        rows.append(("lifecycle", f"{stage['lifecycle_stage']}, {when}"))
    rows += [("segment", f"{row['segment_id']}, since {row['valid_from']}") for row in person["segments"]]
    return grid(*rows) if rows else None


def _tags(tags: list[dict[str, Any]], tastes: list[dict[str, Any]]) -> RenderableType | None:
    rows = [
        (
            " ".join(filter(None, (tag["tag_name_en"] or tag["tag_id"], tag["level"]))),
            f"since {tag['changed_on']}: {number(tag['value'])} against {number(tag['bound'])} then",
        )
        for tag in tags
    ]
    rows += [
        (
            f"{taste['tag_name_en'] or taste['tag_id']} {taste['tag_value']}",
            f"since {taste['changed_on']}: met on {taste['day_count']} days by then",
        )
        for taste in tastes
    ]
    return grid(*rows) if rows else None
