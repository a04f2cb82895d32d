"""`dmp filter`: which rules lists obey and what each removes, and what other bounds would change."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from dmp.published import published
from dmp.settings import Home
from dmp.terminal import HomeOption, JsonOption, console, grid, number, print_json, print_rows, reported

filter_ = typer.Typer(
    no_args_is_help=True, help="Which rules lists obey; what other bounds of one would change."
)

NAMES_SHOWN = 3
RULES = """
SELECT rule, bounds, removed_count, person_count, item_count, round(score_sum, 2) AS score_sum,
    round(value_sum, 2) AS value_sum, would_list_count, round(would_list_value_sum, 2) AS would_list_value_sum
FROM recommendation_rules ORDER BY rule_order
"""


@filter_.command("list")
@reported
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show every rule: its bounds, what it removed in the published build, and what that was worth."""
    with published(Home.at(home)) as build:
        rows = build.rows("recommendation_rules", RULES)
    for row in rows:
        row["bounds"] = json.loads(row["bounds"])
    if as_json:
        print_json(rows)
        return
    told = [{**row, "bounds": _bounds(row["bounds"])} for row in rows]
    print_rows(told[0].keys() if told else (), [row.values() for row in told])


@filter_.command()
@reported
def preview(
    rule: Annotated[str, typer.Argument(help="A rule with bounds, as `dmp filter list` shows it.")],
    bounds: Annotated[
        list[str], typer.Option("--set", help="Another bound, as name=value; null switches off.")
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make everybody's list by other bounds of a rule: who and what would change. Nothing is written."""
    with console.status("making the lists anew"):
        changes = read_preview(Home.at(home), rule, bounds)
    if as_json:
        print_json(changes)
    else:
        _print(changes)


def read_preview(home: Home, rule: str, texts: list[str]) -> dict[str, Any]:
    """Return rule, bounds_before, bounds_after and what `trial.effect` says.

    Raises SettingsError for bounds that cannot be, DmpError where the warehouse cannot be asked.
    """
    from dmp.recommendations.served_state import served_state
    from dmp.recommendations.trial import bounds_of, effect, proposed_rules
    from dmp.vectors.weekly import vectors_as_of

    settings = home.settings()
    proposed = proposed_rules(settings.list_rules, rule, bounds_of(texts))
    with served_state(home, vectors_as_of) as state:
        after = state.under(proposed)
        changes = effect(state.context, after, state.ranker, rule, settings.list_length)
    return {
        "rule": rule,
        "bounds_before": settings.list_rules.of(rule),
        "bounds_after": proposed.of(rule),
        **changes,
    }


def _print(changes: dict[str, Any]) -> None:
    rows = [
        ["bounds", f"{_bounds(changes['bounds_before'])} -> {_bounds(changes['bounds_after'])}"],
        ["lists that change", f"{number(changes['list_count'])} of {number(changes['people_count'])}"],
        [
            "removed by this rule",
            f"{number(changes['removed_before'])} -> {number(changes['removed_after'])}",
        ],
        ["places coming, going", f"{number(changes['coming_count'])}, {number(changes['going_count'])}"],
        *[
            [f"{name} of all lists", f"{changes[f'{name}_before']:,.2f} -> {changes[f'{name}_after']:,.2f}"]
            for name in ("score", "value")
        ],
    ]
    rows += [
        [row["item_name"], f"in {number(row['lists_before'])} -> {number(row['lists_after'])} lists"]
        for row in changes["items"]
    ]
    rows += [[f"  {row['user_id']}", _moves(row)] for row in changes["people"]]
    console.print(changes["rule"], style="bold")
    console.print(grid(*rows))


def _bounds(bounds: dict[str, Any]) -> str:
    return ", ".join(f"{name}={json.dumps(value)}" for name, value in bounds.items()) or "none"


def _moves(row: dict[str, Any]) -> str:
    return "; ".join(f"{move} {_first(row[move])}" for move in ("comes", "goes") if row[move])


def _first(names: list[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
