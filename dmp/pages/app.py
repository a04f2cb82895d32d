"""The web application: which pages there are, and how an answer is made of a published build."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from dmp.pages import home, lifecycle, lists, models, people, quality, questions, segments
from dmp.pages.cases import Cases
from dmp.pages.formats import FILTERS
from dmp.pages.forms import form
from dmp.pages.lookups import Lookups
from dmp.pages.safety import Safety
from dmp.pages.texts import LANGUAGES, Words, language_of, read_texts
from dmp.published import Published, published
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

    def answer(self, request: Request, page: str, facts: dict[str, Any], status: int = 200) -> HTMLResponse:
        """Return a page in the reader's language."""
        language = language_of(request)
        content = self.templates.get_template(f"{page}.html").render(
            t=self.texts[language], language=language, page=page, pages=PAGES, **facts
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
PAGES = ("home", "people", "segments", "lifecycle", "models", "lists", "quality", "questions")


def application(place: Home, port: int) -> ASGIApp:
    """Return the application for a home, to be served on the loopback address at `port`."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= FILTERS
    desk = Desk(place, read_texts(HERE / "texts"), templates, Cases(), Lookups(place))
    routes = [
        Route("/", lambda request: RedirectResponse("/home"), methods=["GET"]),
        *(Route(f"/{page}", _page(desk, page), methods=["GET"]) for page in READERS),
        Route("/segments/{segment_id}", _segment(desk), methods=["GET"]),
        *people.routes(desk),
        *questions.routes(desk),
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
    return Safety(Starlette(routes=routes, exception_handlers=failures), port)


def _page(desk: Desk, page: str) -> Callable[[Request], Awaitable[Response]]:
    def facts() -> dict[str, Any]:
        with published(desk.home) as build:
            return {"stamp": build.stamp, **READERS[page](build)}

    async def shown(request: Request) -> Response:
        return desk.answer(request, page, await run_in_threadpool(facts))

    return shown


def _segment(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def shown(request: Request) -> Response:
        def facts() -> dict[str, Any]:
            with published(desk.home) as build:
                return {"stamp": build.stamp, **segments.read_one(build, request.path_params["segment_id"])}

        return desk.answer(request, "segment", await run_in_threadpool(facts))

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
    def shown(request: Request, error: Exception) -> Response:
        return desk.answer(request, "problem", {"stamp": None, "message": str(error)}, 409)

    return shown


def _missing(desk: Desk) -> Callable[[Request, Exception], Response]:
    def shown(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 404)
        return desk.answer(request, "problem", {"stamp": None, "message": None}, status)

    return shown


def _broken(desk: Desk) -> Callable[[Request, Exception], Response]:
    """Say that the fault is ours, and nothing of what it was: the server's log has it."""

    def shown(request: Request, error: Exception) -> Response:
        message = desk.texts[language_of(request)]("problem.broken")
        return desk.answer(request, "problem", {"stamp": None, "message": message}, 500)

    return shown
