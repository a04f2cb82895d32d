"""One person's portrait and list as a card in words; nothing is looked up or worked out here."""

from __future__ import annotations

from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from dmp.portrait_attributes import attributes, devices, who
from dmp.portrait_habits import Rows, habit_rows, worth_rows
from dmp.portrait_times import time_rows
from dmp.terminal import grid, is_nothing, number, print_section

WINDOWS = {"1d": "1 day", "7d": "7 days", "30d": "30 days", "90d": "90 days", "life": "ever"}
ACTIVITY = {
    "active_day_count": "days active",
    "view_count": "views",
    "search_count": "searches",
    "cart_count": "into the cart",
    "favourite_count": "favourites",
    "order_count": "orders",
    "purchase_quantity": "pieces bought",
    "purchase_amount": "spent",
    "refund_amount": "refunded",
}
STAGES = {
    "acquire": "has come, has not shown intent in 90 days",
    "activate": "has shown intent, has not bought yet",
    "grow": "bought within 90 days",
    "retain": "has bought, but not in 90 days",
    "refer": "bought within 90 days and speaks well of it",
}
INTERESTS_SHOWN = 4
PARTS_SHOWN = 4


def print_portrait(portrait: dict[str, Any], console: Console) -> None:
    """Print a portrait as read_portrait returns it; parts that the build does not hold are left out."""
    profile = portrait["profile"]
    sections: list[tuple[str, RenderableType | None]] = [
        (f"Person {portrait['user_id']}", who(profile, portrait["identifiers"])),
        ("What is known of them, and from where", attributes(portrait["attributes"])),
        ("What they come with", devices(portrait["devices"])),
        ("Where they stand", _standing(profile, portrait["segments"], worth_rows(portrait))),
        ("What they did", activity(profile)),
        ("Habits and carts", _rows(habit_rows(portrait))),
        ("What they like", _interests(portrait["interests"])),
        ("Tags, and why", _tags(portrait["tags"])),
        ("Scores, and what moved them (log-odds)", _scores(portrait["predictions"])),
        ("When to expect what", _rows(time_rows(portrait))),
        ("Recommended", _listed(portrait["recommendations"])),
    ]
    for title, body in sections:
        if body is not None:
            print_section(console, title, body)
    _print_stamp(portrait, console)


def print_recommendations(listed: dict[str, Any], console: Console) -> None:
    """Print a list as read_recommendations returns it."""
    print_section(
        console, f"List of {listed['user_id']}", _listed(listed["recommendations"]) or _no_list(listed)
    )
    if listed["left_out"]:
        rows = [
            [
                number(row["item_count"]),
                f"{row['stage']}: {row['rule']}".replace("_", " "),
                "; ".join(row["examples"]),
            ]
            for row in listed["left_out"]
        ]
        print_section(console, "Left out, and why", grid(*rows, right=[0]))
    _print_stamp(listed, console)


def _no_list(listed: dict[str, Any]) -> Text:
    if listed["is_listing"]:
        return Text("nothing could be recommended, or there is no consent to personalisation")
    return Text("this build holds no recommendations")


def _print_stamp(of: dict[str, Any], console: Console) -> None:
    console.print(Text(f"as of {of['as_of_date']}, build {of['build_id']}", style="dim"))


def _standing(profile: dict[str, Any], segments: list[dict[str, Any]], worth: Rows) -> RenderableType:
    stage = profile.get("lifecycle_stage") or "unknown"
    since = profile.get("lifecycle_stage_entered_on")
    rows = [
        ("lifecycle", f"{stage}: {STAGES.get(stage, '')}{f', since {since}' if since else ''}".rstrip(": "))
    ]
    if not is_nothing(profile.get("rfm_recency")):
        fifths = [f"{name} {profile[f'rfm_{name}']} of 5" for name in ("recency", "frequency", "monetary")]
        rows.append(("RFM", ", ".join(fifths)))
    rows += worth
    rows += [
        ("segment", f"{row['segment_name']}, since {row['valid_from']} ({row['reason']})") for row in segments
    ]
    return grid(*rows)


def _rows(rows: Rows) -> RenderableType | None:
    return grid(*rows) if rows else None


def activity(profile: dict[str, Any]) -> RenderableType | None:
    """Return what somebody did in each window, from the columns of user_metrics."""
    shown = [name for name in ACTIVITY if profile.get(f"{name}_life")]
    rows = [
        [ACTIVITY[name], *(number(profile.get(f"{name}_{window}")) for window in WINDOWS)] for name in shown
    ]
    return grid(["", *WINDOWS.values()], *rows, right=range(1, 6)) if rows else None


def _interests(interests: list[dict[str, Any]]) -> RenderableType | None:
    by_kind: dict[str, list[str]] = {}
    for row in interests:
        by_kind.setdefault(row["kind"], []).append(f"{row['value']} {row['interest_score']:.0%}")
    rows = [(kind.replace("_", " "), ", ".join(values[:INTERESTS_SHOWN])) for kind, values in by_kind.items()]
    return grid(*rows) if rows else None


def _tags(tags: list[dict[str, Any]]) -> RenderableType | None:
    return Group(*[Text(tag_sentence(tag)) for tag in tags]) if tags else None


def tag_sentence(tag: dict[str, Any]) -> str:
    """Return a tag with its evidence, as a sentence that a reader can check."""
    evidence, value = tag["evidence"], tag.get("tag_value")
    days = evidence.get("day_count")
    counted = f", on {days} days up to {evidence['last_event_date']}" if days else ""
    return (
        f"{tag['tag_name_en']}{f' {value}' if value else ''} since {tag['valid_from']}: {evidence['metric']} "
        f"{number(evidence['value'])} {evidence['operator']} {number(evidence['threshold'])}{counted}"
    )


def _scores(predictions: list[dict[str, Any]]) -> RenderableType | None:
    rows = []
    for prediction in predictions:
        amount = prediction.get("expected_amount")
        if not is_nothing(amount):
            rows.append(
                (prediction["target"], f"{amount:,.2f}", f"band {prediction['score_band']}, expected")
            )
            continue
        if is_nothing(prediction["score"]):
            rows.append((prediction["target"], "none", f"no score: {prediction['reason']}"))
            continue
        reasons = part_sentences(prediction["parts"]) or [
            "its parts are not stored: the settings keep those of the highest scores"
        ]
        rows.append((prediction["target"], f"{prediction['score']:.1%}", f"band {prediction['score_band']}"))
        rows += [("", "", f"  {reason}") for reason in reasons]
    return grid(*rows, right=[1]) if rows else None


def part_sentences(parts: list[dict[str, Any]]) -> list[str]:
    """Return the largest parts of a score in words; sums that stand for no single metric are left out."""
    named = [part for part in parts if not part["feature"].startswith("(")]
    return [
        f"{part['contribution']:+.2f} {part['feature']} = {number(part['feature_value'])}"
        for part in named[:PARTS_SHOWN]
    ]


def _listed(listed: list[dict[str, Any]]) -> RenderableType | None:
    rows = [
        [str(row["recommendation_rank"]), row["item_name"] or row["item_id"], row["reason"]] for row in listed
    ]
    return grid(*rows, right=[0]) if rows else None
