"""The part of a portrait card that says who somebody is: attributes with their origin, devices, consents."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType

from dmp.landing.contract import PURPOSES
from dmp.terminal import grid, number


def who(profile: dict[str, Any], identifiers: list[dict[str, Any]]) -> RenderableType:
    """Return the first lines of a card: what people ask of somebody before anything else."""
    place = ", ".join(profile[name] for name in ("city", "region") if profile.get(name))
    registered = profile.get("registered_at")
    known_by = ", ".join(f"{row['identifier_count']} {row['identifier_type']}" for row in identifiers)
    consents = [f"{purpose} {_yes(profile.get(f'is_consented_{purpose}'))}" for purpose in PURPOSES]
    facts = {
        "age": number(profile.get("age")),
        "gender": profile.get("gender") or "unknown",
        "place": place or "unknown",
        "registered": str(registered.date()) if registered else "unknown",
        "known by": known_by or f"{profile.get('identifier_count', 'unknown')} identifiers",
        "comes by": ", ".join(filter(None, (profile.get("main_channel"), profile.get("main_device_type")))),
        "consents": ", ".join(consents),
    }
    return grid(*[(name, fact) for name, fact in facts.items() if fact])


def attributes(known: list[dict[str, Any]]) -> RenderableType | None:
    """Return each attribute's value with its origin, and what else was told: rows of user_attributes, best first."""
    rows = []
    for name in dict.fromkeys(row["attribute"] for row in known):
        told = [row for row in known if row["attribute"] == name]
        winners = [row for row in told if row["is_winning"]]
        value = winners[0]["value"] if winners else "unknown"
        rows.append((_words(name), value, "; ".join(map(_account, told))))
    return grid(*rows) if rows else None


def _account(row: dict[str, Any]) -> str:
    origin = row["evidence"] or f"{row['source_kind']} of {row['source']}"
    if row["is_winning"]:
        return f"{origin}, {row['observed_at'].date()}, {row['confidence']:.0%} sure"
    return f"not {row['value']} ({origin}): {_words(row['lost_reason'])}"


def devices(used: list[dict[str, Any]]) -> RenderableType | None:
    """Return what somebody comes with: rows of user_devices."""
    rows = [
        (_device(row), f"{number(row['event_count'])} events, last on {row['last_event_date']}")
        for row in used
    ]
    return grid(*rows) if rows else None


def _device(row: dict[str, Any]) -> str:
    said = ", ".join(filter(None, (row["device_type"], row["os"], row["browser"]))) or "unknown"
    return f"{said}, shared with others" if row["is_shared"] else said


def _words(name: str) -> str:
    return name.replace("_", " ")


def _yes(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"
