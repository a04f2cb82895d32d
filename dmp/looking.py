"""The commands that look at what is published; none of them writes anything."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, astuple, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from dmp.published import published
from dmp.settings import DmpError, Home, SettingsError
from dmp.terminal import HomeOption, JsonOption, console, grid, number, print_json, print_rows

STRAYS = """
SELECT source_file, refusal_reason FROM landed_files WHERE landed_date IS NULL ORDER BY source_file LIMIT 20
"""
DRIFT = """
SELECT source_file, column_name, kind, type_before, type_now, rule
FROM schema_drift ORDER BY landed_date DESC, source_file, column_name LIMIT 10
"""
PERSONAL_DATA = """
SELECT source, entity, column_name, kind, sum(record_count)::BIGINT AS record_count
FROM personal_data GROUP BY ALL ORDER BY record_count DESC, source, entity, column_name, kind LIMIT 10
"""
VOLUMES = """
SELECT source, entity, landed_date, record_count, usual_count
FROM landed_volumes WHERE is_unusual AND rule <> 'ignore' ORDER BY landed_date DESC, source, entity LIMIT 10
"""


def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what is published, what has landed since, and where every line went."""
    report = read_status(Home.at(home))
    if as_json:
        print_json(report)
        return
    pending = report["pending"]
    rows = [
        ["home", report["home"]],
        [
            "published build",
            f"{report['build_id']} as of {report['as_of_date']}"
            if report["build_id"]
            else "none that can be read",
        ],
        [
            "pending",
            f"{pending['first']} to {pending['last']}: {pending['reason']}" if pending else "nothing",
        ],
    ]
    rows += [[name.replace("_", " "), number(count)] for name, count in report["accounts"].items()]
    rows += [
        [f"{drift['kind']} column", f"{drift['source_file']}: '{drift['column_name']}' ({drift['rule']})"]
        for drift in report["drift"]
    ]
    rows += [
        [
            f"{day['landed_date']}",
            f"{day['source']} {day['entity']}: {number(day['record_count'])} records, "
            f"usual are {number(day['usual_count'])}",
        ]
        for day in report["unusual_volumes"]
    ]
    rows += [
        [
            f"{found['kind']} in text",
            f"{found['source']} {found['entity']}.{found['column_name']}: {number(found['record_count'])} records",
        ]
        for found in report["personal_data"]
    ]
    rows += [["not read", f"{stray['source_file']}: {stray['refusal_reason']}"] for stray in report["strays"]]
    console.print(grid(*rows))


def read_status(home: Home) -> dict[str, Any]:
    """Return home, build_id, as_of_date, tables (rows by table), accounts (files, lines and records by
    fate), strays (at most 20 files where no run looks for data), drift (the last ten columns that came, went or
    changed their type), unusual_volumes (the last ten days with far fewer or more records), personal_data (counts
    of texts that look like it) and pending.

    What is not published yet is None or empty; pending is None where nothing has landed since. Raises
    SettingsError where nothing has landed at all.
    """
    from dmp.pending import pending_days

    report: dict[str, Any] = {
        "home": str(home.root),
        "accounts": {},
        "strays": [],
        "drift": [],
        "unusual_volumes": [],
        "personal_data": [],
        "pending": None,
    }
    report |= dict.fromkeys(("build_id", "as_of_date", "tables"))
    # What is damaged or was never published is said as what is pending.
    with suppress(DmpError), published(home) as opened:
        report |= {name: opened.build[name] for name in ("build_id", "as_of_date", "tables")}
        report["accounts"] = opened.account()
        report["strays"] = opened.rows("landed_files", STRAYS)
        report["drift"] = opened.rows("schema_drift", DRIFT)
        report["unusual_volumes"] = opened.rows("landed_volumes", VOLUMES)
        report["personal_data"] = opened.rows("personal_data", PERSONAL_DATA)
    if pending := pending_days(home):
        report["pending"] = {
            "first": str(pending.first),
            "last": str(pending.last),
            "reason": pending.reason,
        }
    return report


def verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Make every table anew from the landing, beside the home, and count the rows that differ."""
    from dmp.verifying import verify as compared

    with console.status("making everything anew from the landing"):
        tables = compared(Home.at(home))
    differing = [table.table for table in tables if not table.is_equal]
    if as_json:
        print_json([{**asdict(table), "is_equal": table.is_equal} for table in tables])
    else:
        print_rows([field.name for field in fields(tables[0])], map(astuple, tables))
    if differing:
        raise DmpError(
            f"{len(differing)} of {len(tables)} tables differ from a rebuild: {', '.join(differing)}. "
            "`dmp run --rebuild` makes them anew; please report it, for no run should leave a difference"
        )
    if not as_json:
        console.print(f"All {len(tables)} published tables equal a rebuild from the landing.")


def sql(
    query: Annotated[
        str, typer.Argument(help="One SELECT on the published tables, or the path of a .sql file.")
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(min=1, help="Rows to print.")] = 50,
) -> None:
    """Ask the published tables a question in SQL; tab-separated where no terminal reads it."""
    from dmp.published_sql import ask

    answer = ask(Home.at(home), _question(query), limit)
    names = [str(column) for column in answer.columns]
    rows = answer.itertuples(index=False, name=None)
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    print_rows(names, rows)


def _question(query: str) -> str:
    if not query.endswith(".sql"):
        return query
    try:
        return Path(query).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{query} cannot be read: {error}") from error
