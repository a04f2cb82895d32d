"""`dmp diff`: what changed between two builds, to the row, and what made the difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from dmp.settings import Home
from dmp.terminal import HomeOption, JsonOption, print_json, print_rows, say
from dmp.upkeep.build_causes import Causes
from dmp.upkeep.table_changes import TableChange

BuildArgument = Annotated[str, typer.Argument(help="A build's id, the beginning of one, or `published`.")]
SHOWN = 5


def diff(
    before: BuildArgument,
    after: BuildArgument,
    *,
    home: HomeOption = None,
    table: Annotated[str | None, typer.Option("--table", help="Show the rows of this table.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows to print of --table.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Say what differs between two builds and why: tables, rows, columns; files, settings, code."""
    from dmp.upkeep.build_causes import build_causes
    from dmp.upkeep.kept_builds import build_named
    from dmp.upkeep.row_causes import with_causes
    from dmp.upkeep.row_changes import row_changes
    from dmp.upkeep.table_changes import opened, paired, table_changes

    place = Home.at(home)
    (folder, first), (other_folder, second) = build_named(place, before), build_named(place, after)
    causes = build_causes(first, second)
    with opened(folder, other_folder) as connection:
        if table:
            found = row_changes(connection, paired(connection, table), limit)
            names, rows = with_causes(place, *found, causes, list(cause_lines(causes, shown=0)))
            _print_rows(names, rows, as_json=as_json)
            return
        changes = [change for change in table_changes(connection) if not change.is_equal]
    if as_json:
        ids = {"before": first["build_id"], "after": second["build_id"]}
        print_json({**ids, "causes": causes, "tables": [asdict(change) for change in changes]})
        return
    say(
        f"{first['build_id']} as of {first['as_of_date']} -> {second['build_id']} as of {second['as_of_date']}"
    )
    for line in cause_lines(causes):
        say(f"why: {line}")
    _print_changes(changes, len(second["tables"]))


def _print_rows(names: list[str], rows: list[tuple], *, as_json: bool) -> None:
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_rows(names, rows)


def cause_lines(causes: Causes, shown: int = SHOWN) -> Iterator[str]:
    """Yield one sentence for each cause; one that says so where none differs. shown: names of a list that are told."""
    said = list(_said(causes, shown))
    yield from said or ["nothing that makes a build differs: it is the same build"]


def _said(causes: Causes, shown: int) -> Iterator[str]:
    yield from _names_said("landed files", causes["landed_files"], shown)
    for name, (old, new) in causes["settings"].items():
        yield f"the setting {name} was {old} and is {new}"
    yield from _names_said("decisions", causes["decisions"], shown)
    yield from _names_said("files outside of any landed day", causes["strays"], shown)
    if causes["is_other_code"]:
        yield "other code: Python, contracts, SQL, expectations or DuckDB's version"
    if causes["is_other_key"]:
        yield "another home key: everybody has another id"
    old_date, new_date = causes["as_of_date"]
    if old_date != new_date:
        yield f"time passed, {old_date} to {new_date}: windows and ages moved for everybody"


def _names_said(what: str, differing: dict[str, list[str]], shown: int) -> Iterator[str]:
    for kind, names in differing.items():
        if names:
            named = f": {', '.join(names[:shown])}" if shown else ""
            more = f" and {len(names) - shown} more" if shown and len(names) > shown else ""
            yield f"{len(names)} {what} {kind}{named}{more}"


def _print_changes(changes: list[TableChange], table_count: int) -> None:
    names = ("table", "rows_before", "rows_after", "added", "gone", "changed", "key", "columns")
    print_rows(names, [_row(change) for change in changes])
    say(f"{len(changes)} tables differ, the others of {table_count} are equal cell by cell.")


def _row(change: TableChange) -> list[Any]:
    most = sorted(change.changed_columns.items(), key=lambda pair: (-pair[1], pair[0]))
    columns = [f"{name} {count}" for name, count in most[:SHOWN]]
    columns += [f"and {len(most) - SHOWN} more"] if len(most) > SHOWN else []
    columns += [f"new {name}" for name in change.new_columns] + [
        f"gone {name}" for name in change.gone_columns
    ]
    return [
        change.table,
        change.row_count_before,
        change.row_count_after,
        change.added_count,
        change.gone_count,
        change.changed_count,
        " ".join(change.key) or "whole rows",
        ", ".join(columns),
    ]
