"""`dmp alerts`: what was told and is not gone yet, and whether the channels take a message."""

from __future__ import annotations

from typing import Annotated

import typer

from dmp.settings import DmpError, Home, SettingsError
from dmp.terminal import HomeOption, JsonOption, print_json, print_rows, say
from dmp.upkeep.alerts import told
from dmp.upkeep.channels import REFUSED, Message, channels


def alerts(
    home: HomeOption = None,
    test: Annotated[
        bool, typer.Option("--test", help="Send a message to every channel that is set.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List causes that were told and are not gone yet; --test sends a message."""
    place = Home.at(home)
    open_channels = channels(place.settings().alerts)
    if not open_channels and test:
        raise SettingsError(
            f"no channel is set: write `alerts: {{webhook: ...}}` into {place.root}/settings.yaml"
        )
    if test:
        message = Message(
            "test", str(place.root), "alerts", "test", f"{place.root} can reach you.", "nothing to do"
        )
        for name, send in open_channels.items():
            try:
                send(message)
            except REFUSED as error:
                raise DmpError(f"the {name} did not take the message: {error}") from error
            say(f"The {name} took the message.")
        return
    causes = [
        {"first_seen_at": entry["first_seen_at"], "job": entry["job"], "cause": entry["cause"]}
        | {"told_to": ", ".join(entry["channels"])}
        for _, entry in sorted(told(place).items())
    ]
    if as_json:
        print_json(causes)
        return
    if causes:
        print_rows(causes[0], [cause.values() for cause in causes])
    say(f"{len(causes)} causes are not gone; channels: {', '.join(open_channels) or 'none is set'}.")
