"""`dmp key rotate`: another home key, and what that costs."""

from __future__ import annotations

from typing import Annotated

import typer

from dmp.settings import Home
from dmp.terminal import HomeOption, reported, say
from dmp.upkeep.finding import command

key = typer.Typer(no_args_is_help=True, help="The home key, under which people are named.")


@key.callback()
def options() -> None:
    """Keep `rotate` a word of its own, though it is the only one."""


@key.command("rotate")
@reported
def rotate(
    home: HomeOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    redraw_experiments: Annotated[
        bool, typer.Option("--redraw-experiments", help="Draw experiments and hold-outs anew.")
    ] = False,
) -> None:
    """Give the home a new key: everything is made anew, everybody has another id, a file says which."""
    from dmp.privacy.commands import rebuild
    from dmp.upkeep.key_rotation import rotate as rotated
    from dmp.warehouse import exclusive

    place = Home.at(home)
    if not yes and not typer.confirm("Rebuild everything under a new key, with another id for everybody?"):
        say("Nothing was changed.")
        return
    with exclusive(place, lambda: say("A run writes to this home: waiting for it to end.")):
        path = rotated(place, lambda: rebuild(place), is_redrawn=redraw_experiments)
    say(
        f"The new key is in {place.key_file}, the old one in {place.retired_keys}: keep copies of both apart."
    )
    say(f"Old and new id of everybody: {path}, for whoever holds old ids; remove it when they have it.")
    say(f"Older builds have the old ids until they are forgotten. Next: {command(place, 'doctor')}")
