"""`dmp audience`: take a segment out of the platform, and see what was taken out."""

from __future__ import annotations

from typing import Annotated

import typer

from dmp.settings import Home
from dmp.terminal import HomeOption, JsonOption, console, grid, number, print_json, print_rows, reported

audience = typer.Typer(no_args_is_help=True, help="Take segments out as files; see what was taken out.")


@audience.command()
@reported
def export(
    segment: Annotated[str, typer.Argument(help="A segment's id, as in the table segments.")],
    to: Annotated[str, typer.Option("--to", help="csv, parquet, google, meta, tiktok, x, uid2 or openrtb.")],
    home: HomeOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; write nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a segment's people to <home>/exports: only those who consent, to ad platforms only hashed."""
    from dmp.audiences.export import export_audience

    place = Home.at(home)
    record = export_audience(place, segment, to, is_dry_run=dry_run)
    if as_json:
        print_json(record)
        return
    rows = [(number(record["person_count"]), f"people of {record['segment_name']} for {to}")]
    rows += [
        (number(count), f"withheld: {reason.replace('_', ' ')}")
        for reason, count in record["withheld"].items()
    ]
    console.print(grid(*rows, right=[0]))
    if record["is_small"]:
        console.print(
            "Too few people: ad platforms match badly below 100, and so short a list tells who they are."
        )
    written = place.exports / record["file"] if record["file"] else None
    console.print(f"Written to {written}" if written else "Nothing was written (--dry-run).", soft_wrap=True)


@audience.command("list")
@reported
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show every export: what, where to, for which purpose, as of which day, how many and how many not."""
    from dmp.audiences.records import read_records

    records = read_records(Home.at(home))
    if as_json:
        print_json(records)
        return
    names = ["exported_at", "segment_id", "destination", "purpose", "as_of_date", "build_id", "person_count"]
    print_rows(
        [*names, "withheld_count", "file"],
        [[*(row[name] for name in names), sum(row["withheld"].values()), row["file"]] for row in records],
    )
