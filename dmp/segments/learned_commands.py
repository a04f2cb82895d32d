"""The commands of `dmp segment` that learn: people like a segment's, and groups by what people did next."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from dmp.published_names import id_of
from dmp.segments.commands import SegmentArgument, segment
from dmp.settings import Home
from dmp.terminal import HomeOption, JsonOption, print_json, print_rows, reported


@segment.command()
@reported
def lookalikes(
    segment_id: SegmentArgument,
    share: Annotated[
        float, typer.Option(min=0.001, max=1, help="How many of all others, as a share.")
    ] = 0.05,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List those most like the people of a segment who are not in it, each with a score and the reason."""
    from dmp.segments.learned import lookalikes as found

    rows = [
        {"user_id": id_of(row["user_key"]), "score": row["score"], "reason": row["reason"]}
        for row in found(Home.at(home), segment_id, share)
    ]
    if as_json:
        print_json(rows)
    else:
        print_rows(["user_id", "score", "reason"], [row.values() for row in rows])


@segment.command()
@reported
def outcomes(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show groups of people by whether they buy in the next 90 days, each as the `who` of a rule."""
    from dmp.segments.learned import outcome_groups

    rows = outcome_groups(Home.at(home))
    if as_json:
        print_json(rows)
        return
    names = ["later_rate", "later_support", "rate", "support", "who"]
    print_rows(names, [[json.dumps(row[name]) for name in names] for row in rows])
