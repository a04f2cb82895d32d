"""The door: who asks is known before any page answers, and a role that does not open a page is told so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dmp.pages.accounts import log_in, read_accounts
from dmp.pages.forms import form
from dmp.pages.readers import NOBODY, OWNER, Reader, reader_of
from dmp.pages.sessions import LONGEST_SECONDS, Sessions, Tries

if TYPE_CHECKING:
    from dmp.pages.app import Desk

# Open before anybody has logged in: the way in, and what a page is drawn with.
OPEN = ("/login", "/language", "/plotly.min.js", "/static/pages.css", "/static/pages.js")
# Each hash takes 32 MB and a part of a second.
AT_ONCE = 2


class Login:
    """Say who asks in `scope["reader"]`; send those away who may not.

    is_wide: the pages are open beyond this machine, so that even without any account nobody is its owner.
    """

    def __init__(
        self, app: ASGIApp, desk: Desk, sessions: Sessions, *, is_wide: bool, is_secure: bool
    ) -> None:
        self.app, self.desk, self.sessions = app, desk, sessions
        self.is_wide, self.cookie = is_wide, cookie_name(is_secure=is_secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        scope["reader"] = NOBODY
        reader = scope["reader"] = await run_in_threadpool(self._reader, request)
        path = scope["path"]
        if path in OPEN or reader.may_open(path):
            await self.app(scope, receive, send)
        elif reader.role is None:
            await RedirectResponse("/login", 303)(scope, receive, send)
        else:
            message = self.desk.words(request)("problem.role")
            refusal = self.desk.answer(request, "problem", {"stamp": None, "message": message}, 403)
            await refusal(scope, receive, send)

    def _reader(self, request: Request) -> Reader:
        accounts = read_accounts(self.desk.home)
        if not accounts and not self.is_wide:
            return OWNER
        return self.sessions.reader(request.cookies.get(self.cookie, ""), accounts) or NOBODY


def cookie_name(*, is_secure: bool) -> str:
    """Return the cookie of the session; browsers take a name with this prefix over TLS alone, and for one host."""
    return "__Host-session" if is_secure else "session"


def routes(desk: Desk, sessions: Sessions, *, is_secure: bool) -> list[Route]:
    """Return the addresses of the door."""
    cookie, tries, turns = cookie_name(is_secure=is_secure), Tries(), asyncio.Semaphore(AT_ONCE)

    async def begin(request: Request) -> Response:
        return desk.answer(request, "login", {"stamp": None, "message": None})

    async def enter(request: Request) -> Response:
        given = await form(request)
        name, password = given.get("name", "")[:60].strip(), given.get("password", "")
        whose = (f"name {name}", f"address {request.client.host if request.client else ''}")
        async with turns:
            # Asked only when it is one's turn: many who ask at once are no way round.
            if tries.must_wait(*whose):
                return _refused(desk, request, "login.wait", 429)
            accounts = await run_in_threadpool(read_accounts, desk.home)
            reader = await run_in_threadpool(log_in, accounts, name, password)
            if reader is None:
                tries.add(*whose)
        if reader is None:
            desk.lookups.add("login refused", who=name if name in accounts else "?")
            return _refused(desk, request, "login.wrong", 401)
        sessions.end(request.cookies.get(cookie, ""))
        desk.lookups.add("login", who=name)
        answer = RedirectResponse("/home", 303)
        answer.set_cookie(
            cookie,
            sessions.begin(name, accounts[name]),
            max_age=LONGEST_SECONDS,
            httponly=True,
            samesite="strict",
            secure=is_secure,
        )
        return answer

    async def leave(request: Request) -> Response:
        sessions.end(request.cookies.get(cookie, ""))
        desk.lookups.add("logout", who=reader_of(request).name)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(cookie, secure=is_secure, httponly=True, samesite="strict")
        return answer

    return [_route("/login", begin, "GET"), _route("/login", enter, "POST"), _route("/logout", leave, "POST")]


def _route(path: str, endpoint: Callable[[Request], object], method: str) -> Route:
    return Route(path, endpoint, methods=[method])


def _refused(desk: Desk, request: Request, text: str, status: int) -> Response:
    return desk.answer(request, "login", {"stamp": None, "message": desk.words(request)(text)}, status)
