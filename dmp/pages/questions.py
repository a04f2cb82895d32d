"""SQL: one SELECT on the published tables, its first rows or all of them as a file, and what the columns mean."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dmp.dictionary.texts import OWNER, column_text
from dmp.lineage import Lineage
from dmp.pages import charts
from dmp.pages.forms import form
from dmp.pages.readers import reader_of
from dmp.published import Published
from dmp.published_sql import ask
from dmp.settings import DmpError

if TYPE_CHECKING:
    import pandas as pd

    from dmp.pages.app import Desk

ROWS_SHOWN = 200
ROWS_OF_A_FILE = 100_000
SECONDS = 20
# Each question is a process of its own with up to 4 GB.
AT_ONCE = 2
COLUMNS = """
SELECT table_name, column_name, data_type, comment FROM duckdb_columns()
WHERE database_name = 'published' AND NOT internal ORDER BY table_name, column_index
"""
# What a value looks like: the commonest among some rows. One that this many people share says nothing of any of them.
EXAMPLE = """
SELECT "{column}" AS example FROM (FROM "{table}" LIMIT 2000) WHERE "{column}" IS NOT NULL
GROUP BY example HAVING {is_shared} ORDER BY count(*) DESC, example LIMIT 1
"""
SHARED_BY_PEOPLE = "count(DISTINCT user_id) >= 10"
# More bands than these cannot be told apart.
STEPS_DRAWN = 15
FIRST_QUESTION = (
    "SELECT lifecycle_stage, count(*) AS person_count\nFROM user_profiles\nGROUP BY ALL ORDER BY ALL"
)
# A cell that begins like a formula is run by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def routes(desk: Desk) -> list[Route]:
    """Return the addresses of this page; a question changes nothing, but it is no address either."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def begin(request: Request) -> Response:
        facts = await run_in_threadpool(desk.kept.facts, "questions", _dictionary)
        return desk.answer(request, "questions", {**facts, **_asked(FIRST_QUESTION)})

    async def answer(request: Request) -> Response:
        given = await form(request)
        text, is_file = given.get("question", ""), given.get("answer") == "file"
        action = "download" if is_file else "question"
        desk.lookups.add(action, what=tables_in(text), who=reader_of(request).name)
        try:
            async with turns:
                limit = ROWS_OF_A_FILE if is_file else ROWS_SHOWN
                found = await run_in_threadpool(ask, desk.home, text, limit, SECONDS)
        except DmpError as error:
            facts = await run_in_threadpool(desk.kept.facts, "questions", _dictionary)
            return desk.answer(request, "questions", {**facts, **_asked(text, message=str(error))}, 400)
        if is_file:
            return Response(
                csv_of(found),
                media_type="text/csv; charset=utf-8",
                headers={"Content-Disposition": "attachment; filename=answer.csv"},
            )
        facts = await run_in_threadpool(desk.kept.facts, "questions", _dictionary)
        names = [str(name) for name in found.columns]
        rows = [dict(zip(names, row, strict=True)) for row in found.itertuples(index=False, name=None)]
        return desk.answer(request, "questions", {**facts, **_asked(text, names=names, rows=rows)})

    async def column(request: Request) -> Response:
        table, name = request.path_params["table"], request.path_params["column"]
        read = await run_in_threadpool(desk.kept.facts, "lineage", lambda _: {"lineage": Lineage(desk.home)})
        facts = await run_in_threadpool(
            desk.kept.facts, f"{table}.{name}", lambda build: _column(build, read["lineage"], table, name)
        )
        return desk.answer(request, "column", facts)

    return [
        Route("/questions", begin, methods=["GET"]),
        Route("/questions", answer, methods=["POST"]),
        Route("/questions/{table}/{column}", column, methods=["GET"]),
    ]


def _column(build: Published, lineage: Lineage, table: str, name: str) -> dict[str, Any]:
    """Return what a column means and what it is made of, as pairs and as a figure.

    Raises DmpError where the build has no such column.
    """
    columns = _dictionary(build)["tables"].get(table, [])
    described = next((column for column in columns if column["column_name"] == name), None)
    if described is None:
        raise DmpError(f"there is no column '{name}' of a table '{table}' in build {build.build['build_id']}")
    is_of_people = any(column["column_name"] == "user_id" for column in columns)
    # Both names are the build's own: they were found in its catalogue.
    query = EXAMPLE.format(table=table, column=name, is_shared=SHARED_BY_PEOPLE if is_of_people else "true")
    example = next((row["example"] for row in build.rows(table, query)), None)
    edges = [(str(source), str(made)) for source, made in lineage.edges(table, name)]
    steps = [{"made": made, "source": source} for source, made in edges]
    drawn = charts.flow(edges[:STEPS_DRAWN]) if edges else None
    return {"column": {**described, "example": example}, "owner": OWNER, "steps": steps, "lineage": drawn}


def tables_in(question: str) -> str:
    """Return the tables that a question names, "?" where it is none; what else it says may name people."""
    import duckdb

    try:
        with duckdb.connect() as parser:
            return " ".join(sorted(parser.get_table_names(question)))
    except duckdb.Error:
        return "?"


def csv_of(answer: pd.DataFrame) -> str:
    """Return an answer as CSV that no spreadsheet takes for formulas."""
    texts = answer.select_dtypes(include=["object", "string"]).columns
    safe = answer.copy()
    for name in texts:
        safe[name] = answer[name].map(
            lambda cell: f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
        )
    return safe.to_csv(index=False)


def _asked(text: str, **answer: Any) -> dict[str, Any]:
    return {"question": text, "names": None, "rows": None, "message": None, "limit": ROWS_SHOWN, **answer}


def _dictionary(build: Published) -> dict[str, Any]:
    """Return the columns of each published table with their types and meanings."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for row in build.rows("user_profiles", COLUMNS):
        meaning = row["comment"] or column_text(row["table_name"], row["column_name"]) or ""
        tables.setdefault(row["table_name"], []).append({**row, "meaning": meaning})
    return {"tables": tables}
