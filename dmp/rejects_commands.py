"""`dmp rejects`: which records were turned away and why, and their second chance after a contract or a file was mended.

Landing files are the truth: a mended file is a new version of it, a mended contract is other code, and the run that
either asks for is the whole of a replay. Nothing is patched into tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer

from dmp.landing.contract import contracted_sources, load_contracts
from dmp.landing.loading import rejected_as_of_now
from dmp.landing.personal_data import masked
from dmp.landing.retired_days import read_retired
from dmp.landing.vault import rejected_texts
from dmp.pending import pending_days
from dmp.published import published
from dmp.settings import Home, SettingsError
from dmp.terminal import HomeOption, JsonOption, console, errors, number, print_json, print_rows, reported

app = typer.Typer(no_args_is_help=True, help="Rejected records: which and why, and their second chance.")

SourceOption = Annotated[str | None, typer.Option("--source", help="Of this source alone.")]
LISTED = """
SELECT source_file, source_line, field, reason_code, reason, landed_date, source, entity, content_hash
FROM rejects
WHERE source = coalesce(?, source) AND entity = coalesce(?, entity)
    AND reason_code = coalesce(?, reason_code) AND landed_date = coalesce(?::DATE, landed_date)
ORDER BY landed_date, source_file, source_line
"""
BY_FILE = "SELECT source_file, count(*) AS reject_count FROM rejects WHERE source = coalesce(?, source) GROUP BY ALL"


@app.command("list")
@reported
def list_(
    *,
    home: HomeOption = None,
    source: SourceOption = None,
    entity: Annotated[str | None, typer.Option(help="Of this entity alone.")] = None,
    reason: Annotated[str | None, typer.Option(help="With this reason code alone.")] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of this landed day alone.")
    ] = None,
    with_text: Annotated[
        bool,
        typer.Option(
            "--text", help="Show the text too, from the vault: addresses and numbers masked, names not."
        ),
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="Rejects to print.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List rejected records: file and line, field, and the reason in words."""
    place = Home.at(home)
    with published(place) as build:
        found = build.rows("rejects", LISTED, source, entity, reason, day and day.date())
    rows = found[:limit]
    if with_text:
        texts = rejected_texts(place.vault, [row["content_hash"] for row in rows])
        shown = {content_hash: masked(text) for content_hash, text in texts.items()}
        rows = [{**row, "text": shown.get(row["content_hash"])} for row in rows]
    if as_json:
        print_json({"reject_count": len(found), "rejects": rows})
        return
    columns = ["source_file", "source_line", "field", "reason", *(["text"] if with_text else [])]
    print_rows(columns, [[row[column] for column in columns] for row in rows])
    errors.print(f"{number(len(rows))} of {number(len(found))} rejects.", highlight=False)


@app.command()
@reported
def replay(
    home: HomeOption = None,
    source: SourceOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be admitted.")] = False,
) -> None:
    """Admit rejected records that the contracts and files, as they are now, no longer reject.

    Runs what is pending if any record would be admitted; a second replay finds nothing to do.
    """
    if source and source not in contracted_sources():
        raise SettingsError(f"no contract names a source '{source}'")
    place = Home.at(home)
    before = _rejects_by_file(place, source)
    still = before if pending_days(place) is None else _still_rejected(place, before)
    admissible = sum(max(0, count - still[file]) for file, count in before.items())
    said = f"{number(sum(before.values()))} rejects; {number(admissible)} would be admitted now."
    if not admissible:
        said += " Mend the contract or the file that `dmp rejects list` names, then replay."
    console.print(said, highlight=False)
    _say_what_is_retired(place, before)
    if admissible and not dry_run:
        from dmp.cli import run

        run(place.root)
        remaining = sum(_rejects_by_file(place, source).values())
        console.print(f"{number(remaining)} rejects remain.", highlight=False)


def _say_what_is_retired(home: Home, rejects: Mapping[str, int]) -> None:
    retired = read_retired(home.landing)
    gone = {name for files in retired.days.values() for name in files}
    if count := sum(rejects[file] for file in rejects.keys() & gone):
        console.print(
            f"{number(count)} of them are of retired days (up to {retired.last}) and stay rejected: their files are "
            "gone. `dmp rejects list --text` shows what they said; mended, they may land in a later day.",
            highlight=False,
        )


def _rejects_by_file(home: Home, source: str | None) -> dict[str, int]:
    with published(home) as build:
        return {row["source_file"]: row["reject_count"] for row in build.rows("rejects", BY_FILE, source)}


def _still_rejected(home: Home, before: Mapping[str, int]) -> dict[str, int]:
    """Return how many records of each file would be rejected if it landed now; a file that is gone keeps its number."""
    contracts = load_contracts()
    still = dict(before)
    for name in {file.partition("/")[0] for file in before} & contracts.keys():
        files = [file for file in before if file.startswith(f"{name}/")]
        still |= rejected_as_of_now(home.landing, contracts[name], files, home.key())
    return still
