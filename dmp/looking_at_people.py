"""The commands that look at one person in the published build; none of them writes anything."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

import typer

from dmp.settings import Home, SettingsError
from dmp.terminal import HomeOption, JsonOption, console, print_json

UserArgument = Annotated[str, typer.Argument(help="A published user_id, or the source's own id.")]
DayOption = partial(typer.Option, formats=["%Y-%m-%d"], metavar="DATE")


def profile(
    user: UserArgument,
    as_of: Annotated[
        datetime | None, DayOption(help="As of the end of this day, not of the last one.")
    ] = None,
    known_on: Annotated[
        datetime | None, DayOption(help="As known at the end of this day; of --as-of where not given.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one person: who they are, their tags and scores, each with its reasons; or who they were on a past day."""
    if as_of:
        _past_profile(user, as_of, known_on, home, as_json)
        return
    if known_on:
        raise SettingsError("--known-on needs --as-of: the day that is to be shown")
    from dmp.portrait import read_portrait
    from dmp.portrait_card import print_portrait

    portrait = read_portrait(Home.at(home), user)
    if as_json:
        print_json(portrait)
    else:
        print_portrait(portrait, console)


def _past_profile(
    user: str, as_of: datetime, known_on: datetime | None, home: HomeOption, as_json: bool
) -> None:
    from dmp.past_card import print_past_portrait
    from dmp.past_portrait import read_past_portrait

    portrait = read_past_portrait(Home.at(home), user, as_of.date(), known_on.date() if known_on else None)
    if as_json:
        print_json(portrait)
    else:
        print_past_portrait(portrait, console)


def recommend(
    user: UserArgument,
    count: Annotated[
        int | None, typer.Option("--count", min=1, help="So many items at most; else the whole list.")
    ] = None,
    as_of: Annotated[
        datetime | None, DayOption(help="As it was on this day: that of a build that is kept.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one person's list, the reason for each item, and what was left out; or as it was in an earlier build."""
    from dmp.portrait_card import print_recommendations
    from dmp.recommendations.published_list import read_recommendations

    listed = read_recommendations(Home.at(home), user, count, as_of.date() if as_of else None)
    if as_json:
        print_json(listed)
    else:
        print_recommendations(listed, console)


def why(
    user: UserArgument,
    item: Annotated[str, typer.Argument(help="An item_id, or its name in the catalogue.")],
    language: Annotated[Literal["en", "zh"], typer.Option("--language", help="Of the words.")] = "en",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why an item is in somebody's list, or where it fell and what would show it."""
    from dmp.recommendations.why import read_why
    from dmp.recommendations.why_card import print_why
    from dmp.vectors.weekly import vectors_as_of

    with console.status("following the item"):
        fate = read_why(Home.at(home), user, item, vectors_as_of)
    if as_json:
        print_json(fate)
    else:
        print_why(fate, console, language)
