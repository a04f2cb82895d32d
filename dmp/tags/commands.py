"""`dmp tag`: which tags there are and whom they hold for, and what a rule would change before it is published."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from dmp.published import published
from dmp.settings import DmpError, Home
from dmp.terminal import HomeOption, JsonOption, console, grid, number, print_json, print_rows, reported

tag = typer.Typer(no_args_is_help=True, help="Which tags there are; what a rule would change.")

TAGS = """
SELECT
    tag_id, tag_name_en, tag_name_zh, pack, owner, rule_kind, metric, rule_version, purpose, person_count,
    round(coverage, 4) AS coverage, entered_count_7d, left_count_7d, as_of_date, last_changed_on, expires_on
FROM tags ORDER BY pack, tag_id
"""


@tag.command("list")
@reported
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show every tag: its pack, rule, owner, version, coverage, freshness and expiry."""
    with published(Home.at(home)) as build:
        rows = build.rows("tags", TAGS)
    if as_json:
        print_json(rows)
    else:
        print_rows(rows[0].keys() if rows else (), [row.values() for row in rows])


@tag.command()
@reported
def preview(
    rule: Annotated[str, typer.Argument(help="A pack's file (.yaml), or the id of a tag of any pack.")],
    enter_at: Annotated[float | None, typer.Option("--enter-at", help="Another bound to begin at.")] = None,
    leave_at: Annotated[float | None, typer.Option("--leave-at", help="Another bound to end at.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tag a copy by a proposed rule: who would gain and lose it, and what reads it. Nothing is written."""
    with console.status("tagging a copy"):
        found = read_preview(Home.at(home), rule, enter_at, leave_at)
    if as_json:
        print_json(found)
        return
    for changes in found:
        _print(changes)


def read_preview(
    home: Home, rule: str, enter_at: float | None = None, leave_at: float | None = None
) -> list[dict[str, Any]]:
    """Return for each proposed tag what `changes_of` and `downstream` say.

    Raises SettingsError for a rule that cannot work, DmpError where the tables were made by other code.
    """
    from dmp.builds import code_version
    from dmp.tags.downstream import downstream
    from dmp.tags.trial import changes_of, proposal, tagged_again
    from dmp.warehouse import provenance

    proposed = proposal(home, rule, enter_at, leave_at)
    if (provenance(home) or {}).get("code_version") != code_version():
        raise DmpError(
            f"the tables of {home.root} were made by other code: `dmp run --home {home.root}` first"
        )
    with TemporaryDirectory() as folder, published(home) as build:
        trial = tagged_again(home, proposed, Path(folder))
        return [
            {
                **changes_of(trial, home.settings(), tag_id, one),
                "downstream": downstream(build, home, tag_id, one),
            }
            for tag_id, one in proposed.items()
        ]


def _print(changes: dict[str, Any]) -> None:
    reads = changes["downstream"]
    scores = [f"{row['target']} ({row['feature']})" for row in reads["scores"]]
    rows = [
        ["people", f"{number(changes['people_before'])} -> {number(changes['people_after'])}"],
        *[[move, number(changes[f"{move}_count"])] for move in ("gains", "loses", "moves")],
        *[[f"  {row['move']}", _example(row)] for row in changes["examples"]],
        ["read by", ", ".join(reads["tables"])],
        ["segments", ", ".join(reads["segments"]) or "none"],
        ["scores of its metric", ", ".join(scores) or "none"],
    ]
    console.print(changes["tag_id"], style="bold")
    console.print(grid(*rows))


def _example(row: dict[str, Any]) -> str:
    levels = " -> ".join(str(row[name]) for name in ("value_before", "value_after") if row[name])
    return " ".join(filter(None, (row["user_id"], levels, f"at {number(row['value'])}")))
