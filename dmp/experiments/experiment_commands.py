"""`dmp experiment`: what is tried, who is in which variant, and what has come of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dmp.settings import Home
from dmp.terminal import HomeOption, JsonOption, console, is_nothing, print_json, print_rows, reported

experiment = typer.Typer(no_args_is_help=True, help="What is tried on people, and what has come of it.")
RESULTS = (
    "SELECT * EXCLUDE (build_id) FROM experiment_results ORDER BY experiment = 'holdout', experiment, variant"
)


@experiment.command("list")
@reported
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the declared experiments and the hold-out."""
    from dmp.experiments.declaration import read_experiments

    place = Home.at(home)
    declared = read_experiments(place)
    if as_json:
        print_json(declared.model_dump(mode="json"))
        return
    if held := declared.holdout:
        console.print(f"Held out of everything since {held.since}: {held.share:.1%} of people.")
    rows = [
        [one.name, str(one.starts_on), str(one.ends_on or ""), one.outcome, _shares(one)]
        for one in declared.experiments
    ]
    print_rows(["experiment", "starts_on", "ends_on", "outcome", "variants"], rows)
    if not rows:
        console.print(f"Declare one in {place.experiments}: docs/experiments.md shows how.", soft_wrap=True)


def _shares(one: Any) -> str:
    return ", ".join(f"{variant.name} {variant.share:.0%}" for variant in one.variants)


@experiment.command()
@reported
def assign(
    user: Annotated[str, typer.Argument(help="A published user_id, or the source's own id.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which variant somebody is in of each experiment that has begun by the last landed day."""
    from datetime import date

    from dmp.experiments.assignment import experiment_assignments
    from dmp.experiments.declaration import read_experiments
    from dmp.portrait import find_person
    from dmp.published import published
    from dmp.published_names import key_of

    place = Home.at(home)
    with published(place) as build:
        user_id = find_person(build, place, user)
        day = date.fromisoformat(build.build["as_of_date"])
    table = experiment_assignments([key_of(user_id)], read_experiments(place), place.key(), day)
    rows = table[["experiment", "variant", "policy"]].to_dict("records")
    if as_json:
        print_json({"user_id": user_id, "assignments": rows})
        return
    print_rows(["experiment", "variant", "policy"], [row.values() for row in rows])


@experiment.command()
@reported
def report(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show outcomes by variant, the difference from the first with its interval, and whether the groups are sound."""
    from dmp.published import published

    with published(Home.at(home)) as build:
        rows = build.rows("experiment_results", RESULTS)
    if as_json:
        print_json(rows)
        return
    names = [
        "experiment",
        "variant",
        "people",
        "outcome",
        "rate",
        "difference",
        "from",
        "to",
        "strayed",
        "ratio p",
    ]
    print_rows(names, [_line(row) for row in rows])
    untold = {f"{row['experiment']}: {row['reason']}" for row in rows if _is_warning(row)}
    for sentence in sorted(untold):
        console.print(f"No difference is told of {sentence}.", soft_wrap=True, highlight=False, markup=False)


def _is_warning(row: dict[str, Any]) -> bool:
    return bool(row["reason"]) and not str(row["reason"]).startswith("the others")


def _line(row: dict[str, Any]) -> list[Any]:
    rates = [
        row[name]
        for name in ("outcome_rate", "rate_difference", "rate_difference_low", "rate_difference_high")
    ]
    return [
        *(row[name] for name in ("experiment", "variant", "person_count", "outcome")),
        *("" if is_nothing(rate) else f"{rate:.4f}" for rate in rates),
        row["strayed_count"],
        "" if is_nothing(row["sample_ratio_p_value"]) else f"{row['sample_ratio_p_value']:.3f}",
    ]
