"""What a form or a script of ours sent: names and texts, or JSON, of bounded size."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES = 64 * 1024


async def form(request: Request) -> dict[str, str]:
    """Return the fields of an urlencoded form; the last value of a name counts. Raises HTTPException (413, 400)."""
    try:
        return dict(parse_qsl(await _body(request), keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise HTTPException(400) from error


async def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent. Raises HTTPException (413, 400) where it is none."""
    return json_object_of(await _body(request))


def json_object_of(text: str) -> dict[str, Any]:
    """Return the JSON object that a text is. Raises HTTPException (400) where it is none."""
    try:
        found = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error
    if not isinstance(found, dict):
        raise HTTPException(400)
    return found


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


async def _body(request: Request) -> str:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise HTTPException(413)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise HTTPException(400) from error
