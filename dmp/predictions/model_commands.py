"""`dmp model`: which models there are, and which is held in use."""

from __future__ import annotations

from typing import Annotated

import typer

from dmp.settings import Home
from dmp.terminal import HomeOption, JsonOption, console, print_json, print_rows, reported

model = typer.Typer(no_args_is_help=True, help="Models of the predictions, and which of them is used.")
TargetName = Annotated[str, typer.Argument(help="A target, for example churn_90d.")]


@model.command("list")
@reported
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the stored models of every target, the newest first."""
    from dmp.predictions.pins import read_pins, stored_models

    place = Home.at(home)
    pins = read_pins(place)
    rows = [
        {**one, "is_held": pins.get(one["target"]) == one["model_version"]} for one in stored_models(place)
    ]
    if as_json:
        print_json(rows)
        return
    names = ["target", "model_version", "learned_on", "recipe", "is_held"]
    print_rows(names, [[row[name] or "" for name in names] for row in rows])


@model.command()
@reported
def use(
    target: TargetName,
    version: Annotated[str, typer.Argument(help="A model_version of `dmp model list`.")],
    home: HomeOption = None,
) -> None:
    """Hold one model in use, an earlier one to roll back, until it is released; the next run scores with it."""
    from dmp.predictions.pins import hold

    place = Home.at(home)
    hold(place, target, version)
    console.print(f"{target} uses {version} from the next run on: dmp run --home {place.root}")


@model.command()
@reported
def release(target: TargetName, home: HomeOption = None) -> None:
    """Use the newest model of a target again."""
    from dmp.predictions.pins import release as let_go

    place = Home.at(home)
    let_go(place, target)
    console.print(f"{target} uses its newest model from the next run on: dmp run --home {place.root}")
