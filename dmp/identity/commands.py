"""`dmp identity`: see why identifiers are one person, and change it by decisions that can be undone."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dmp.identity.deciding import Proposal, changes_of, land, propose_merge, propose_split, propose_undo
from dmp.settings import Home
from dmp.terminal import HomeOption, JsonOption, console, grid, print_json, print_section, reported

identity = typer.Typer(
    no_args_is_help=True, help="See why identifiers are one person; merge, split and undo."
)
Named = Annotated[str, typer.Argument(help="A published user_id or identifier_id, or the source's own id.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the decision.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and decide nothing.")]


@identity.command()
@reported
def explain(named: Named, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show one person's identifiers, what joined each, since when, and the rules that kept others out."""
    from dmp.identity.explanation import explain as read_explanation

    found = read_explanation(Home.at(home), named)
    if as_json:
        print_json(found)
        return
    console.print(f"{found['user_id']}, as of {found['as_of_date']} (build {found['build_id']})")
    sections = {
        "Identifiers": [
            [row["identifier_type"], row["identifier_id"], f"known from {row['known_from']}"]
            for row in found["identifiers"]
        ],
        "Joined by": [_link(row) for row in found["links"] if row["is_joining"]],
        "Seen with, not joined": [_link(row) for row in found["links"] if not row["is_joining"]],
        "Their dates on what is shared": [
            [
                row["identifier_id"],
                f"alone with login {row['login_id']} on {row['date_count']} dates",
                f"{row['first_date']} to {row['last_date']}",
            ]
            for row in found["days"]
        ],
        "Rules hit": [
            [row["rule"], row["identifier_id"], f"{row['value']}, since {row['since']}"]
            for row in found["rules_hit"]
        ],
        "Decisions": [
            [
                row["decision_id"],
                row["decision"],
                row["undone_decision_id"] or f"{row['identifier_id']} {row['other_identifier_id']}",
                f"from {row['known_from']}: {row['reason']}",
            ]
            for row in found["decisions"]
        ],
        "Earlier ids": [
            [row["retired_user_id"], f"until {row['retired_on']}"] for row in found["retired_users"]
        ],
    }
    for title, rows in sections.items():
        if rows:
            print_section(console, title, grid(*rows))


def _link(row: dict[str, Any]) -> list[str]:
    return [
        f"{row['identifier_type']} {row['identifier_id']}",
        f"{row['other_identifier_type']} {row['other_identifier_id']}",
        f"{row['evidence']} x {row['evidence_count']} in {row['source']}, from {row['known_from']}",
    ]


@identity.command()
@reported
def merge(one: Named, other: Named, reason: Reason, home: HomeOption = None, dry_run: DryRun = False) -> None:
    """Decide that two people are one."""
    place = Home.at(home)
    _decide(place, propose_merge(place, one, other, reason), dry_run)


@identity.command()
@reported
def split(
    identifier: Named,
    user: Annotated[str, typer.Option("--from", help="The person that the identifier is taken from.")],
    reason: Reason,
    home: HomeOption = None,
    dry_run: DryRun = False,
) -> None:
    """Decide that an identifier is not a person's; what hangs on it alone goes with it."""
    place = Home.at(home)
    _decide(place, propose_split(place, identifier, user, reason), dry_run)


@identity.command()
@reported
def undo(
    decision: Annotated[str, typer.Argument(help="A decision's id, as `explain` shows it.")],
    reason: Reason,
    home: HomeOption = None,
    dry_run: DryRun = False,
) -> None:
    """Take a decision back: both profiles are as if it had never been made."""
    place = Home.at(home)
    _decide(place, propose_undo(place, decision, reason), dry_run)


def _decide(home: Home, proposal: Proposal, is_dry_run: bool) -> None:
    changes = changes_of(home, proposal)
    rows = [
        [row["identifier_type"], row["identifier_id"], row["user_id"] or "nobody", "->", row["user_id_then"]]
        for row in changes
    ]
    if rows:
        console.print(grid(*rows))
    else:
        console.print("No identifier would change hands.")
    if is_dry_run:
        console.print("Nothing was decided (--dry-run).")
        return
    path = land(home, proposal)
    console.print(f"Decision {proposal.decision_id} is in {path}.\nNext: dmp run --home {home.root}")
