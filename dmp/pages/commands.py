"""`dmp pages`: serve the pages of a home on this machine alone."""

from __future__ import annotations

from typing import Annotated

import typer

from dmp.settings import Home
from dmp.terminal import HomeOption, console

HOST = "127.0.0.1"


def pages(
    home: HomeOption = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on the loopback address.")] = 8787,
) -> None:
    """Show what is published in a browser, to readers on this machine."""
    import uvicorn

    from dmp.pages.app import application

    place = Home.at(home)
    console.print(f"The pages of {place.root}: http://{HOST}:{port}/ (Ctrl-C ends it)")
    uvicorn.run(application(place, port), host=HOST, port=port, log_level="warning", access_log=False)
