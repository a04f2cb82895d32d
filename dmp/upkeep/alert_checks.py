"""Whether somebody would be told of a run that stops: the channels that are set have the secrets that they need."""

from __future__ import annotations

import os
from collections.abc import Iterator

from dmp.settings import Home, SettingsError
from dmp.upkeep.channels import PASSWORD, WEBHOOK, channels
from dmp.upkeep.finding import Finding, command, ok, warning


def alerts(home: Home) -> Iterator[Finding]:
    """Whether alerts are set, and can go out from this environment. Nothing is sent."""
    try:
        settings = home.settings().alerts
    except SettingsError:
        # Told of by the check of settings.
        return
    needed = {
        WEBHOOK: settings.webhook == WEBHOOK,
        PASSWORD: bool(settings.email and settings.email.user),
    }
    absent = [name for name, is_needed in needed.items() if is_needed and not os.environ.get(name)]
    if not settings.is_on:
        yield ok("alerts", "off: nobody is told when a run stops")
    elif absent:
        yield warning(
            "alerts",
            f"{', '.join(absent)} is not set here: no alert goes out",
            command(home, "alerts", "--test"),
        )
    else:
        yield ok("alerts", f"go to {', '.join(channels(settings))}")
