"""People: find one by an id, see their portrait with its reasons, and ask why an item is or is not in their list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dmp.pages import charts
from dmp.pages.forms import form
from dmp.pages.readers import reader_of
from dmp.pages.texts import language_of
from dmp.portrait import find_person, portrait_of
from dmp.published import Published, published
from dmp.settings import DmpError, Home

if TYPE_CHECKING:
    from dmp.pages.app import Desk

DAYS = """
SELECT event_date, sum(event_count)::BIGINT AS event_count, sum(purchase_amount)::DOUBLE AS purchase_amount
FROM user_days WHERE user_id = ? AND known_to = DATE '9999-12-31'
GROUP BY event_date ORDER BY event_date
"""
SESSIONS = """
SELECT started_at, duration_seconds, channel, device_type, view_count, cart_count, order_count, purchase_amount
FROM user_sessions WHERE user_id = ? ORDER BY started_at DESC LIMIT 20
"""
PATH = """
SELECT entered_on, left_on, previous_stage, lifecycle_stage, cause FROM user_lifecycle
WHERE user_id = ? ORDER BY entered_on
"""
LEFT_OUT = """
SELECT stage, rule, count(*) AS item_count FROM recommendation_fates WHERE user_id = ?
GROUP BY stage, rule ORDER BY stage, item_count DESC, rule
"""
LISTED = """
SELECT recommendation_rank, item_id, item_name, score, probability, value, channels, reason, reason_zh
FROM recommendations WHERE user_id = ? ORDER BY recommendation_rank
"""
EXAMPLES = "SELECT user_id FROM user_profiles ORDER BY order_count_life DESC NULLS LAST, user_id LIMIT 8"


def routes(desk: Desk) -> list[Route]:
    """Return the addresses of this page; a person is opened by a form, and then by a number that means nothing."""

    async def search(request: Request) -> Response:
        return desk.answer(
            request, "people", {**await run_in_threadpool(desk.kept.facts, "people", _begin), "message": None}
        )

    async def find(request: Request) -> Response:
        asked = (await form(request)).get("user", "").strip()
        try:
            user_id = await run_in_threadpool(_find, desk.home, asked)
        except DmpError as error:
            begin = await run_in_threadpool(desk.kept.facts, "people", _begin)
            return desk.answer(request, "people", {**begin, "message": str(error)}, 404)
        return RedirectResponse(f"/people/{desk.cases.open(user_id)}", 303)

    async def portrait(request: Request) -> Response:
        user_id = _person(desk, request)
        desk.lookups.add("portrait", user_id, who=reader_of(request).name)
        facts = await run_in_threadpool(_portrait, desk.home, user_id)
        number = request.path_params["number"]
        return desk.answer(request, "portrait", {**facts, "case": number, "why": None})

    async def why(request: Request) -> Response:
        user_id, item = _person(desk, request), (await form(request)).get("item", "").strip()
        desk.lookups.add("why", user_id, item, who=reader_of(request).name)
        answer = await run_in_threadpool(_why, desk.home, user_id, item, language_of(request))
        facts = await run_in_threadpool(_portrait, desk.home, user_id)
        number = request.path_params["number"]
        return desk.answer(request, "portrait", {**facts, "case": number, "why": answer})

    return [
        Route("/people", search, methods=["GET"]),
        Route("/people", find, methods=["POST"]),
        Route("/people/{number}", portrait, methods=["GET"]),
        Route("/people/{number}/why", why, methods=["POST"]),
    ]


def _person(desk: Desk, request: Request) -> str:
    user_id = desk.cases.person(request.path_params["number"])
    if user_id is None:
        raise HTTPException(404)
    return user_id


def _begin(build: Published) -> dict[str, Any]:
    return {"examples": [row["user_id"] for row in build.rows("user_profiles", EXAMPLES)]}


def _find(home: Home, asked: str) -> str:
    with published(home) as build:
        return find_person(build, home, asked)


def _portrait(home: Home, user_id: str) -> dict[str, Any]:
    with published(home) as build:
        # A later build may have made one person of two: the one who is left is shown.
        found = portrait_of(build, find_person(build, home, user_id))
        user_id = found["user_id"]
        days = build.rows("user_days", DAYS, user_id)
        return {
            "portrait": found,
            "stamp": build.stamp,
            "days": charts.bars(days, "event_date", ["event_count"]) if days else None,
            "spending": charts.bars(days, "event_date", ["purchase_amount"]) if days else None,
            "sessions": build.rows("user_sessions", SESSIONS, user_id),
            "path": build.rows("user_lifecycle", PATH, user_id),
            "listed": build.rows("recommendations", LISTED, user_id),
            "left_out": build.rows("recommendation_fates", LEFT_OUT, user_id),
        }


def _why(home: Home, user_id: str, item: str, language: str) -> dict[str, Any]:
    """Return an item's name and its fate in words, or what was wrong with the question."""
    from dmp.recommendations.why import read_why
    from dmp.recommendations.why_card import why_rows
    from dmp.recommendations.words import words
    from dmp.vectors.weekly import vectors_as_of

    try:
        fate = read_why(home, user_id, item, vectors_as_of)
    except DmpError as error:
        return {"item": item, "rows": [("", str(error))]}
    rows = [(words("labels", label, language), text) for label, text in why_rows(fate, language)]
    return {"item": fate["item_name"] or fate["item_id"], "rows": rows}
