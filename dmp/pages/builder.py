"""The rule builder: typed conditions put together, counted as they change, and the text that becomes a segment."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dmp.dictionary.texts import column_text
from dmp.pages.forms import form, json_object, json_object_of
from dmp.pages.readers import reader_of
from dmp.pages.rule_texts import FILE, builder_state, rule_text
from dmp.pages.texts import Words
from dmp.published import Published, published
from dmp.segments.catalogue import Catalogue
from dmp.segments.checking import OPERATORS_OF_KIND
from dmp.segments.conditions import RuleError
from dmp.segments.published_people import preview_published, published_catalogue
from dmp.segments.rules import SHIPPED, load_rules, parse_rule
from dmp.segments.tree import ORDERED
from dmp.settings import Home

if TYPE_CHECKING:
    from dmp.pages.app import Desk

# A count reads every person once; more at a time only wait for each other.
AT_ONCE = 2
MILLISECONDS = 20_000
MEANINGS = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE database_name = 'published'"
SHOWN = ("as_of_date", "people_count", "person_count", "consented_count", "conditions", "overlaps")


class Catalogues:
    """What rules may name, kept as long as the build is: to read it anew would look at every person's row."""

    def __init__(self) -> None:
        self._kept: tuple[str, Catalogue] | None = None

    def of(self, build: Published, home: Home) -> Catalogue:
        """Return the build's catalogue."""
        if self._kept is None or self._kept[0] != build.build["build_id"]:
            with published(home) as other:
                self._kept = other.build["build_id"], published_catalogue(other)
        return self._kept[1]


def routes(desk: Desk) -> list[Route]:
    """Return the addresses of this page; counting changes nothing, saving adds one file to the home's rules."""
    turns, catalogues = asyncio.Semaphore(AT_ONCE), Catalogues()

    async def begin(request: Request) -> Response:
        words = desk.words(request)
        facts = await run_in_threadpool(
            _begin, desk.home, catalogues, words, request.query_params.get("from")
        )
        return desk.answer(request, "builder", {**facts, "message": None})

    async def count(request: Request) -> Response:
        sent = await json_object(request)
        async with turns:
            found = await run_in_threadpool(_count, desk.home, catalogues, sent)
        return JSONResponse(found, headers={"Content-Disposition": "attachment; filename=count.json"})

    async def save(request: Request) -> Response:
        sent = json_object_of((await form(request)).get("rule", ""))
        words = desk.words(request)
        try:
            segment_id = await run_in_threadpool(_save, desk.home, catalogues, sent)
        except RuleError as error:
            facts = await run_in_threadpool(_begin, desk.home, catalogues, words, None)
            return desk.answer(request, "builder", {**facts, "state": sent, "message": str(error)}, 400)
        desk.lookups.add("rule", what=segment_id, who=reader_of(request).name)
        return RedirectResponse("/segments?saved", 303)

    return [
        Route("/builder", begin, methods=["GET"]),
        Route("/builder/count", count, methods=["POST"]),
        Route("/builder/save", save, methods=["POST"]),
    ]


def _begin(home: Home, catalogues: Catalogues, words: Words, source: str | None) -> dict[str, Any]:
    with published(home) as build:
        catalogue = catalogues.of(build, home)
        tags = build.rows("tag_rules", "SELECT * FROM tag_rules ORDER BY tag_id")
        comments = {
            (table, column): text for table, column, text in build.connection.execute(MEANINGS).fetchall()
        }
        stamp = build.stamp
    rules = load_rules([SHIPPED, home.segments])

    def field(name: str) -> dict[str, str]:
        table = catalogue.fields[name].table.removeprefix("profiles.")
        meaning = comments.get((table, name)) or column_text(table, name) or ""
        return {"id": name, "kind": catalogue.fields[name].kind, "name": words.word(name), "meaning": meaning}

    return {
        "stamp": stamp,
        "offer": {
            "field": sorted(map(field, catalogue.fields), key=lambda one: one["name"].casefold()),
            "tag": [{"id": tag["tag_id"], "name": _named(tag, "tag_name", words)} for tag in tags],
            "score": [{"id": target, "name": words.word(target)} for target in catalogue.targets],
            "event": [{"id": event, "name": words.word(event)} for event in catalogue.events],
            "segment": [
                {"id": rule.segment_id, "name": rule.name_zh if words.language == "zh" else rule.name_en}
                for rule in rules.values()
            ],
            "operators": {**OPERATORS_OF_KIND, "count": ("is", *ORDERED)},
        },
        "purposes": catalogue.purposes,
        "state": _state(home, source) if source in rules else None,
    }


def _named(row: dict[str, Any], name: str, words: Words) -> str:
    return row.get(f"{name}_{words.language}") or row.get(f"{name}_en") or row["tag_id"]


def _state(home: Home, segment_id: str | None) -> dict[str, Any]:
    """Return the rule that the builder starts from."""
    rule = load_rules([SHIPPED, home.segments])[segment_id or ""]
    return builder_state(yaml.safe_load(Path(rule.file).read_bytes()))


def _count(home: Home, catalogues: Catalogues, sent: dict[str, Any]) -> dict[str, Any]:
    """Return the rule's text with what it holds, or with what is wrong with it."""
    with published(home, milliseconds=MILLISECONDS) as build:
        catalogue = catalogues.of(build, home)
        text = None
        try:
            text = rule_text(sent, catalogue.fields)
            found = preview_published(home, build, parse_rule(text.encode(), FILE), catalogue)
        except RuleError as error:
            return {"text": text, "problem": str(error), "found": None}
    return {
        "text": text,
        "problem": None,
        "found": {name: str(found[name]) if name == "as_of_date" else found[name] for name in SHOWN},
    }


def _save(home: Home, catalogues: Catalogues, sent: dict[str, Any]) -> str:
    """Write a new rule among the home's; the next run publishes it. Raises RuleError where it is refused."""
    with published(home, milliseconds=MILLISECONDS) as build:
        catalogue = catalogues.of(build, home)
        text = rule_text(sent, catalogue.fields)
        rule = parse_rule(text.encode(), FILE)
        if other := load_rules([SHIPPED, home.segments]).get(rule.segment_id):
            raise RuleError(f"{FILE}: id: '{rule.segment_id}' is the id of {other.file} already")
        preview_published(home, build, rule, catalogue)
    home.segments.mkdir(exist_ok=True)
    path = home.segments / f"{rule.segment_id}.yaml"
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    # Of two that save the same id at once, the first one's stays: a link never replaces.
    try:
        path.hardlink_to(unfinished)
    except FileExistsError as error:
        raise RuleError(f"{FILE}: id: there is a {path} already") from error
    finally:
        unfinished.unlink()
    return rule.segment_id
