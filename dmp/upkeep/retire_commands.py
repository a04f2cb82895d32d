"""`dmp retire`: the files of old landed days go, what they gave stays."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from dmp.settings import Home
from dmp.terminal import HomeOption, console, grid, number, say
from dmp.upkeep.finding import command, size


def retire(
    before: Annotated[
        datetime, typer.Option("--before", formats=["%Y-%m-%d"], help="The first landed day that stays.")
    ],
    home: HomeOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove the files; without it, only say which.")] = False,
) -> None:
    """Remove the landed files of old days for ever; tables, profiles and history stay, and so do rebuilds."""
    from dmp.upkeep.retiring import plan_retirement
    from dmp.upkeep.retiring import retire as retired
    from dmp.warehouse import exclusive

    place = Home.at(home)
    with exclusive(place, lambda: say("A run writes to this home: waiting for it to end.")):
        plan = plan_retirement(place, before.date())
        if not plan.days:
            say(f"No landed file is older than {before:%Y-%m-%d}: nothing to remove.")
            return
        console.print(
            grid(
                ("landed days", f"{number(len(plan.days))}, {min(plan.days)} to {max(plan.days)}"),
                ("files to be removed", f"{number(len(plan.files))}, {size(plan.byte_count)}"),
                ("accepted rows kept", number(plan.row_count)),
                ("rejects kept", number(plan.reject_count)),
            )
        )
        if not yes:
            say(
                "Nothing was removed. There is no way back but a backup: "
                f"`{command(place, 'backup', 'FILE')}`, then the same with --yes."
            )
            return
        retired(place, plan)
    say(
        f"Removed. Every landed day before {before:%Y-%m-%d} is retired: its rows are in {place.landing}/.retired, and "
        "a file that lands there from now on is not read."
    )
