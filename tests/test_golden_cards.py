"""Whole portrait cards of a course learner and of a music listener, as their apps' own logs tell of them.

The cards lie in tests/golden; after a change that is meant to show, `DMP_WRITE_GOLDEN=1 pytest` on this file
writes them anew, and the difference is read in the commit.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dmp.cli import app
from dmp.settings import Home

GOLDEN = Path(__file__).with_name("golden")
FIRST, DAYS = date(2026, 1, 5), 36
GENRES = ("Jazz", "Folk", "Rock", "Opera")
SUBJECTS = ("Spanish", "Algebra", "Drawing", "History")


def learner(day: int) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Two Spanish lessons on weekdays, a course booked twice, a search, a review."""
    if day % 7 < 5:
        for lesson in range(2):
            number = 2 * day + lesson
            yield "Product Viewed", 1140 + 20 * lesson, lesson_of("Spanish", number)
    if day in {1, 29}:
        yield "Order Completed", 1200, {"order_id": f"course-{day}", **lesson_of("Spanish", 0), "price": 120}
    if day == 8:
        yield "Products Searched", 1130, {"query": "subjunctive spanish"}
    if day == 30:
        yield "Product Reviewed", 1210, {**lesson_of("Spanish", 0), "rating": 5}


def listener(day: int) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Twelve tracks an evening, most of them jazz; favourites, a thing shared, a month paid."""
    for place in range(12):
        genre = "Jazz" if place < 9 else GENRES[place % 4]
        yield "Product Viewed", 1260 + 4 * place, track_of(genre, day * 7 + place)
    if day % 3 == 0:
        yield "Product Added to Wishlist", 1312, track_of("Jazz", day)
    if day == 14:
        yield "Product Shared", 1315, {**track_of("Jazz", 3), "recipient": "friend@example.org"}
    if day == 20:
        yield (
            "Order Completed",
            1250,
            {"order_id": "month", "product_id": "month", "name": "A month", "price": 10},
        )


def passer_by(number: int, day: int) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Somebody who looks in now and then: whom the others are measured against."""
    if (day + number) % 5 == 0:
        yield "Product Viewed", 600 + number, lesson_of(SUBJECTS[number % 4], day)
        yield "Product Viewed", 610 + number, track_of(GENRES[number % 4], day)


def lesson_of(subject: str, number: int) -> dict[str, Any]:
    """Return a lesson as the properties of a call tell of it."""
    name = f"{subject} lesson {number % 40}"
    return {"product_id": f"{subject}-{number % 40}", "name": name, "category": subject, "price": 12}


def track_of(genre: str, number: int) -> dict[str, Any]:
    """Return a track as the properties of a call tell of it."""
    name = f"{genre} track {number % 50}"
    return {
        "product_id": f"{genre}-{number % 50}",
        "name": name,
        "category": genre,
        "brand": f"{genre} band {number % 3}",
        "price": 1,
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, run: Callable) -> Home:
    """The calls of five weeks, run with the tag packs of both fields."""
    place = Home.at(tmp_path_factory.mktemp("golden"))
    (place.root / "settings.yaml").write_text("tag_packs: [content, education]\n")
    people = {"lin": learner, "mei": listener}
    people |= {f"guest{number}": lambda day, number=number: passer_by(number, day) for number in range(8)}
    for day in range(DAYS):
        landed = FIRST + timedelta(days=day)
        folder = place.landing / "segment" / str(landed)
        folder.mkdir(parents=True)
        calls = [
            {
                "messageId": f"{user}-{day}-{number}",
                "type": "track",
                "event": event,
                "userId": user,
                "timestamp": f"{landed}T{minute // 60:02}:{minute % 60:02}:00.000Z",
                "properties": properties,
            }
            for user, lives in people.items()
            for number, (event, minute, properties) in enumerate(lives(day))
        ]
        (folder / "calls.jsonl").write_text("".join(json.dumps(call) + "\n" for call in calls))
    assert run(place).is_success
    return place


@pytest.mark.parametrize(("user", "name"), [("lin", "course_learner"), ("mei", "music_listener")])
def test_a_card_is_as_it_was(home: Home, user: str, name: str) -> None:
    shown = CliRunner().invoke(app, ["profile", user, "--home", str(home.root)])
    assert shown.exit_code == 0
    # The build's id names the code that made it; every other character is compared.
    card = "\n".join(line.rstrip() for line in shown.stdout.splitlines() if "build" not in line) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("DMP_WRITE_GOLDEN"):
        path.write_text(card)
    assert card == path.read_text()
