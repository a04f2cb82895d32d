"""The web application: which pages there are, and how an answer is made of a published build."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from dmp.pages import (
    builder,
    exports,
    home,
    lifecycle,
    lists,
    login,
    models,
    people,
    quality,
    questions,
    segments,
)
from dmp.pages.cases import Cases
from dmp.pages.formats import FILTERS
from dmp.pages.forms import form
from dmp.pages.kept import Kept
from dmp.pages.lookups import Lookups
from dmp.pages.readers import reader_of
from dmp.pages.safety import Safety, origins
from dmp.pages.sessions import Sessions
from dmp.pages.texts import LANGUAGES, Words, language_of, read_texts
from dmp.published import Published
from dmp.settings import DmpError, Home

HERE = Path(__file__).parent
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Desk:
    """What every page is made with: the home, its texts and templates, the open portraits and the record."""

    home: Home
    texts: dict[str, Words]
    templates: Environment
    cases: Cases
    lookups: Lookups
    kept: Kept

    def words(self, request: Request) -> Words:
        """Return the texts in the reader's language."""
        return self.texts[language_of(request)]

    def answer(self, request: Request, page: str, facts: dict[str, Any], status: int = 200) -> HTMLResponse:
        """Return a page in the reader's language."""
        words, reader = self.words(request), reader_of(request)
        pages = [name for name in PAGES if reader.may_open(f"/{name}")]
        content = self.templates.get_template(f"{page}.html").render(
            t=words, language=words.language, page=page, pages=pages, reader=reader, **facts
        )
        return HTMLResponse(content, status)


# Pages that show the build and take no input, in the order of the menu, with what reads their facts.
READERS: dict[str, Callable[[Published], dict[str, Any]]] = {
    "home": home.read,
    "segments": segments.read,
    "lifecycle": lifecycle.read,
    "models": models.read,
    "lists": lists.read,
    "quality": quality.read,
}
# What a page shows beside the build, read each time: it goes on while the build stays.
BESIDE_THE_BUILD: dict[str, Callable[[Home], dict[str, Any]]] = {"quality": quality.read_runs}
PAGES = ("home", "people", "segments", "lifecycle", "models", "lists", "quality", "questions")


def application(
    place: Home, port: int, names: Sequence[str] = (), *, is_secure: bool = False, is_warm: bool = False
) -> ASGIApp:
    """Return the application for a home, to be served at `port`.

    names: hosts that it goes by beside the loopback address, over TLS alone (its own, or a proxy's); only who has an
    account is let in then. is_secure: whether it speaks TLS itself. is_warm: read each new build before somebody asks.
    """
    is_wide, sessions = bool(names), Sessions()
    is_behind_tls = is_secure or is_wide
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= FILTERS
    desk = Desk(place, read_texts(HERE / "texts"), templates, Cases(), Lookups(place), Kept(place))
    routes = [
        Route("/", lambda request: RedirectResponse("/home"), methods=["GET"]),
        *(Route(f"/{page}", _page(desk, page), methods=["GET"]) for page in READERS),
        Route("/segments/{segment_id}", _segment(desk), methods=["GET"]),
        *builder.routes(desk),
        *exports.routes(desk),
        *people.routes(desk),
        *questions.routes(desk),
        *login.routes(desk, sessions, is_secure=is_behind_tls),
        Route("/language", _language, methods=["POST"]),
        Route("/plotly.min.js", _plotly, methods=["GET"]),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    failures: dict[Any, Any] = {
        DmpError: _failed(desk),
        404: _missing(desk),
        405: _missing(desk),
        500: _broken(desk),
    }
    door = Middleware(login.Login, desk=desk, sessions=sessions, is_wide=is_wide, is_secure=is_behind_tls)

    @asynccontextmanager
    async def running(app: Starlette) -> AsyncIterator[None]:
        is_over = Event()
        if is_warm:
            Thread(target=desk.kept.keep_warm, args=(READERS, is_over), daemon=True).start()
        yield
        is_over.set()

    inside = Starlette(routes=routes, exception_handlers=failures, middleware=[door], lifespan=running)
    return Safety(inside, origins(port, names, is_secure=is_secure))


def _page(desk: Desk, page: str) -> Callable[[Request], Awaitable[Response]]:
    async def shown(request: Request) -> Response:
        saved = page == "segments" and "saved" in request.query_params
        facts = await run_in_threadpool(desk.kept.facts, page, READERS[page])
        beside = (
            await run_in_threadpool(BESIDE_THE_BUILD[page], desk.home) if page in BESIDE_THE_BUILD else {}
        )
        return desk.answer(request, page, {**facts, **beside, "saved": saved})

    return shown


def _segment(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def shown(request: Request) -> Response:
        facts = await run_in_threadpool(exports.segment_facts, desk.kept, request.path_params["segment_id"])
        return desk.answer(request, "segment", facts)

    return shown


async def _language(request: Request) -> Response:
    """Keep the reader's language in a cookie and go back to where they were."""
    given = await form(request)
    answer = RedirectResponse(_back(given.get("page", "")), 303)
    if given.get("language") in LANGUAGES:
        answer.set_cookie(
            "language", given["language"], max_age=YEAR_SECONDS, httponly=True, samesite="strict"
        )
    return answer


def _back(path: str) -> str:
    """Return a path of this server, whatever the form says."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/home"


async def _plotly(request: Request) -> Response:
    """Serve the chart library out of its wheel."""
    import plotly

    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return FileResponse(
        path, media_type="text/javascript", headers={"Cache-Control": f"max-age={YEAR_SECONDS}"}
    )


def _failed(desk: Desk) -> Callable[[Request, Exception], Response]:
    return lambda request, error: desk.answer(request, "problem", {"stamp": None, "message": str(error)}, 409)


def _missing(desk: Desk) -> Callable[[Request, Exception], Response]:
    return lambda request, error: desk.answer(
        request, "problem", {"stamp": None, "message": None}, getattr(error, "status_code", 404)
    )


def _broken(desk: Desk) -> Callable[[Request, Exception], Response]:
    """Say that the fault is ours, and nothing of what it was: the server's log has it."""

    def shown(request: Request, error: Exception) -> Response:
        message = desk.words(request)("problem.broken")
        return desk.answer(request, "problem", {"stamp": None, "message": message}, 500)

    return shown
