"""`dmp access` and `dmp erase`: what a person asks of a home about themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from dmp.settings import DmpError, Home
from dmp.terminal import HomeOption, JsonOption, console, grid, number, print_json, print_section

UsersArgument = Annotated[
    list[str], typer.Argument(help="A published user_id or the source's own id; several people at once.")
]
UserArgument = Annotated[str, typer.Argument(help="A published user_id, or the source's own id.")]


def access(
    user: UserArgument,
    home: HomeOption = None,
    to: Annotated[Path | None, typer.Option("--to", help="Write everything to this JSON file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show all that is held of a person: landing, vault, every table, what is published, models."""
    from dmp.privacy.access import read_access

    held = read_access(Home.at(home), user)
    if to:
        to.touch(mode=0o600)
        to.write_text(json.dumps(held, indent=1, default=str, ensure_ascii=False), encoding="utf-8")
    if as_json:
        print_json(held)
        return
    _print_held(held)
    console.print(f"Everything is in {to}." if to else "Add --to FILE.json for all of it.")


def _print_held(held: dict[str, Any]) -> None:
    files: dict[str, int] = {}
    for record in held["landing"]:
        files[record["file"]] = files.get(record["file"], 0) + 1
    print_section(console, "Person", grid(("user_id", held["user_id"])))
    print_section(console, "Identifiers", grid(*[(row["type"], row["text"]) for row in held["identifiers"]]))
    print_section(
        console, "Landed records", grid(*[(number(n), file) for file, n in files.items()], right=[0])
    )
    for name in ("tables", "published"):
        rows = [(number(len(found)), table) for table, found in held[name].items() if found]
        print_section(console, f"Rows, {name}", grid(*rows, right=[0]))
    models = [(row["name"], row["model_version"]) for row in held["models"]]
    print_section(console, "Models that may have learnt from them", grid(*models or [("none", "")]))
    if held["unread_files"]:
        print_section(console, "Files that cannot be read", grid(*[(file,) for file in held["unread_files"]]))


def erase(
    users: UsersArgument,
    home: HomeOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove people everywhere, rebuild, and print a receipt."""
    from dmp.privacy.erasure import erase as erase_people
    from dmp.privacy.erasure import plan_erasure
    from dmp.warehouse import exclusive

    place = Home.at(home)
    with exclusive(place, lambda: console.print("Another run writes to this home: waiting for it to end.")):
        plan = plan_erasure(place, users)
        _print_counts("To be removed", plan.removed)
        if dry_run:
            console.print("Nothing was removed.")
            return
        if not yes and not typer.confirm("Remove all of this for ever and rebuild?"):
            console.print("Nothing was removed.")
            return
        receipt = erase_people(place, plan, lambda: rebuild(place))
    _print_counts("Removed", receipt["removed"])
    console.print(
        f"Receipt {receipt['receipt_id']}: {place.erasures / receipt['receipt_id']}.json, "
        f"{receipt['begun_at']} to {receipt['done_at']}, build {receipt['build_before']} -> "
        f"{receipt['build_after']}. Later records of them are suppressed.",
        soft_wrap=True,
        highlight=False,
    )


def rebuild(home: Home) -> None:
    """Run every landed day, with progress. Raises DmpError where nothing has landed or the run stops."""
    from dmp.pending import pending_days
    from dmp.run_report import run_with_progress

    pending = pending_days(home, rebuild=True)
    if pending is None:
        raise DmpError("there is no landed day to rebuild from")
    outcome = run_with_progress(home, pending, console)
    if not outcome.is_success:
        raise DmpError(f"the rebuild stopped: {outcome.error or outcome.failed_checks}; repeat the erasure")


def _print_counts(title: str, removed: dict[str, Any]) -> None:
    rows = []
    for name, count in removed.items():
        if isinstance(count, dict):
            rows += [(number(part), f"{name.replace('_', ' ')}: {place}") for place, part in count.items()]
        elif isinstance(count, int):
            rows.append((number(count), name.replace("_", " ")))
        else:
            rows += [("unread", file) for file in count]
    print_section(console, title, grid(*rows, right=[0]))
