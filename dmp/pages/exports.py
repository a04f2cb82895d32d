"""What leaves a segment: its members on the page, and its audience as a file, only those who consent, on record."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dmp.audiences.destinations import DESTINATIONS
from dmp.audiences.export import export_audience
from dmp.pages import segments
from dmp.pages.forms import form
from dmp.pages.kept import Kept
from dmp.pages.readers import reader_of
from dmp.published import published
from dmp.settings import DmpError

if TYPE_CHECKING:
    from dmp.pages.app import Desk

MEMBERS_SHOWN = 100
MEMBERS = """
SELECT user_id, valid_from, reason FROM user_segments WHERE segment_id = ? ORDER BY valid_from DESC, user_id LIMIT ?
"""


def routes(desk: Desk) -> list[Route]:
    """Return the addresses of this page, all of them forms: each look and each file is written down."""
    # An export of the same segment for the same destination is the same file.
    turn = asyncio.Lock()

    async def members(request: Request) -> Response:
        segment_id = request.path_params["segment_id"]
        desk.lookups.add("members", what=segment_id, who=reader_of(request).name)
        facts = await run_in_threadpool(_members, desk, segment_id)
        return desk.answer(request, "segment", facts)

    async def export(request: Request) -> Response:
        segment_id, given = request.path_params["segment_id"], await form(request)
        is_count, reader = given.get("answer") == "count", reader_of(request).name
        try:
            async with turn:
                record = await run_in_threadpool(
                    export_audience,
                    desk.home,
                    segment_id,
                    given.get("to", ""),
                    is_dry_run=is_count,
                    asked_by=reader,
                )
        except DmpError as error:
            facts = await run_in_threadpool(segment_facts, desk.kept, segment_id)
            return desk.answer(request, "segment", {**facts, "message": str(error)}, 400)
        if is_count:
            facts = await run_in_threadpool(segment_facts, desk.kept, segment_id)
            return desk.answer(request, "segment", {**facts, "counted": record})
        desk.lookups.add("export", what=f"{record['segment_id']} {record['destination']}", who=reader)
        return FileResponse(desk.home.exports / record["file"], filename=record["file"])

    return [
        Route("/exports/{segment_id}", export, methods=["POST"]),
        Route("/exports/{segment_id}/members", members, methods=["POST"]),
    ]


def segment_facts(kept: Kept, segment_id: str) -> dict[str, Any]:
    """Return what the page of a segment shows. Raises DmpError where the build has no such segment."""
    facts = kept.facts(f"segment {segment_id}", lambda build: segments.read_one(build, segment_id))
    return {**facts, "destinations": list(DESTINATIONS), "members": None, "counted": None, "message": None}


def _members(desk: Desk, segment_id: str) -> dict[str, Any]:
    with published(desk.home) as build:
        members = build.rows("user_segments", MEMBERS, segment_id, MEMBERS_SHOWN)
    return {**segment_facts(desk.kept, segment_id), "members": members}
