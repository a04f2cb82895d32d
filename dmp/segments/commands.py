"""`dmp segment`: see which segments there are, try one before it is published, and ask who is in it and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dmp.portrait import find_person
from dmp.published import Published, published
from dmp.published_names import key_of
from dmp.settings import DmpError, Home
from dmp.terminal import (
    HomeOption,
    JsonOption,
    console,
    grid,
    number,
    print_json,
    print_rows,
    print_section,
    reported,
)

segment = typer.Typer(
    no_args_is_help=True, help="See segments, try a rule before it is published, ask why somebody is in one."
)
SegmentArgument = Annotated[str, typer.Argument(help="A segment's id, as `dmp segment list` shows it.")]
OVERLAP = """
SELECT
    count(ones.user_id) AS first_count,
    count(others.user_id) AS second_count,
    count(*) FILTER (ones.user_id IS NOT NULL AND others.user_id IS NOT NULL) AS shared_count
FROM (SELECT user_id FROM user_segments WHERE segment_id = $1) AS ones
FULL JOIN (SELECT user_id FROM user_segments WHERE segment_id = $2) AS others USING (user_id)
"""
HISTORY = """
SELECT as_of_date, version, person_count, joined_count, left_count
FROM segment_sizes WHERE segment_id = ? ORDER BY as_of_date
"""
CHANGES = """
SELECT changed_on, change, cause, reason FROM user_segment_changes
WHERE segment_id = ? AND user_id = ? ORDER BY changed_on, change
"""


@segment.command("list")
@reported
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the published segments."""
    with published(Home.at(home)) as build:
        rows = build.rows("segments", "SELECT * EXCLUDE (build_id) FROM segments ORDER BY kind, segment_id")
    if as_json:
        print_json(rows)
        return
    names = ["segment_id", "segment_name", "kind", "person_count", "owner", "purpose", "rule"]
    print_rows(names, [[row[name] for name in names] for row in rows])


@segment.command()
@reported
def preview(
    file: Annotated[Path, typer.Argument(help="A rule as YAML, like those in dmp/segments/rules/.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whom a rule would hold today, before it is published."""
    from dmp.segments.asking import preview as judged

    place = Home.at(home)
    found = judged(place, file)
    if as_json:
        print_json(found)
        return
    share = 100 * found["person_count"] / max(1, found["people_count"])
    console.print(
        f"{found['segment_id']}: {number(found['person_count'])} of {number(found['people_count'])} people "
        f"({share:.1f} %) as of {found['as_of_date']}, {number(found['consented_count'])} with consent to its purpose."
    )
    if found["joining_count"] is not None:
        console.print(f"{found['joining_count']} would join and {found['leaving_count']} would leave.")
    for title, what, counted in (
        ("Each condition alone", "conditions", "person_count"),
        ("Shared with", "overlaps", "shared_count"),
    ):
        if rows := [[*map(str, list(row.values())[:1]), number(row[counted])] for row in found[what]]:
            print_section(console, title, grid(*rows, right=[1]))
    console.print(f"Publish it: put the file into {place.segments} and `dmp run --home {place.root}`")


@segment.command()
@reported
def explain(
    segment_id: SegmentArgument,
    user: Annotated[str, typer.Argument(help="A published user_id, or the source's own id.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether somebody is in a segment, since when, and which conditions decide it."""
    from dmp.segments.asking import judge

    place = Home.at(home)
    with published(place) as build:
        _known(build, segment_id)
        user_id = find_person(build, place, user)
        member = build.rows(
            "user_segments",
            "SELECT * EXCLUDE (build_id) FROM user_segments WHERE segment_id = ? AND user_id = ?",
            segment_id,
            user_id,
        )
        changes = build.rows("user_segment_changes", CHANGES, segment_id, user_id)
    conditions = judge(place, segment_id, key_of(user_id))
    found = {
        "segment_id": segment_id,
        "user_id": user_id,
        "is_member": bool(member),
        "valid_from": member[0]["valid_from"] if member else None,
        "reason": member[0]["reason"] if member else None,
        "conditions": conditions,
        "changes": changes,
    }
    if as_json:
        print_json(found)
        return
    since = f"is in {segment_id} since {found['valid_from']}: {found['reason']}"
    console.print(
        f"{user_id} {since if member else f'is not in {segment_id}'}", soft_wrap=True, highlight=False
    )
    if conditions:
        print_section(console, "Conditions today", grid(*map(_condition, conditions)))
    if changes:
        rows = [[str(row["changed_on"]), row["change"], row["cause"], row["reason"] or ""] for row in changes]
        print_section(console, "Came and went", grid(*rows))


def _condition(row: dict[str, Any]) -> list[str]:
    is_good = row["is_met"] == row["is_wanted"]
    return [
        "yes" if is_good else "no",
        ("" if row["is_wanted"] else "not ") + row["condition"],
        f"is {row['value']}",
    ]


@segment.command()
@reported
def overlap(
    one: SegmentArgument, other: SegmentArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Count the people in both of two segments."""
    with published(Home.at(home)) as build:
        _known(build, one)
        _known(build, other)
        (found,) = build.rows("user_segments", OVERLAP, one, other)
    either = found["first_count"] + found["second_count"] - found["shared_count"]
    found["jaccard_score"] = round(found["shared_count"] / either, 4) if either else None
    if as_json:
        print_json({"first": one, "second": other, **found})
        return
    console.print(
        f"{number(found['shared_count'])} people are in both: of {number(found['first_count'])} in {one} and "
        f"{number(found['second_count'])} in {other} (Jaccard {found['jaccard_score']})."
    )


@segment.command()
@reported
def history(segment_id: SegmentArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show how large a segment by rule was at each weekly cut, and how many came and went."""
    with published(Home.at(home)) as build:
        _known(build, segment_id)
        rows = build.rows("segment_sizes", HISTORY, segment_id)
    if as_json:
        print_json({"segment_id": segment_id, "history": rows})
        return
    names = ["as_of_date", "version", "person_count", "joined_count", "left_count"]
    print_rows(names, [[row[name] for name in names] for row in rows])


def _known(build: Published, segment_id: str) -> None:
    if not build.rows("segments", "SELECT segment_id FROM segments WHERE segment_id = ?", segment_id):
        raise DmpError(
            f"'{segment_id[:60]}' is no segment of build {build.build['build_id']}: `dmp segment list` shows them"
        )
