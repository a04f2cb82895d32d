"""`dmp land`: puts what another system holds into the landing folder, as a landed day."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dmp.landing.retired_days import refuse_retired
from dmp.settings import Home, SettingsError
from dmp.terminal import HomeOption, reported, say

land = typer.Typer(no_args_is_help=True, help="Land what another system holds.")


@land.command()
@reported
def postgres(
    source: Annotated[str, typer.Argument(help="A source with a contract.")],
    entity: Annotated[str, typer.Argument(help="What one row is, as the contract names it.")],
    query: Annotated[Path, typer.Option("--query", help="A file with one SELECT; :'day' is the landed day.")],
    day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The landed day.")],
    home: HomeOption = None,
) -> None:
    """Land a PostgreSQL query's rows; the server is named by PGSERVICE or PGHOST, PGUSER, PGPASSWORD."""
    from dmp.landing.postgres_query import land_query

    try:
        text = query.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{query} cannot be read: {error}") from error
    place = Home.at(home)
    refuse_retired(place.landing, source, day.date())
    path, row_count = land_query(place.landing, source, entity, text, day.date())
    say(f"{row_count:,} rows are in {path}. Next: dmp run --home {place.root}")


@land.command()
@reported
def s3(
    source: Annotated[str, typer.Argument(help="A source with a contract.")],
    address: Annotated[str, typer.Argument(help="Where the day's objects lie: s3://bucket/prefix.")],
    day: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The landed day.")],
    home: HomeOption = None,
) -> None:
    """Land a day's objects of an S3-compatible store, named by AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, ..."""
    from dmp.landing.s3_objects import land_objects

    place = Home.at(home)
    refuse_retired(place.landing, source, day.date())
    landed = land_objects(place.landing, source, address, day.date())
    same = f", {landed.same_count:,} were there already" if landed.same_count else ""
    say(f"{landed.landed_count:,} files are in {landed.folder}{same}. Next: dmp run --home {place.root}")
