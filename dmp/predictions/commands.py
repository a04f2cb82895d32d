"""`dmp backtest`: how good a target's models would have been on an earlier day."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from dmp.settings import Home, SettingsError
from dmp.terminal import HomeOption, JsonOption, console, print_json, print_rows

if TYPE_CHECKING:
    import pandas as pd

CHANCE = ["auc", "pr_auc", "log_loss", "ece", "top_tenth_lift"]
AMOUNT = ["rmse", "mae", "total_ratio", "rank_correlation"]


def backtest(
    target: Annotated[str, typer.Argument(help="A target, for example purchase_90d.")],
    cut: Annotated[
        datetime | None,
        typer.Option(
            "--cut", formats=["%Y-%m-%d"], help="The day to stand on; else the newest that can be judged."
        ),
    ] = None,
    horizon: Annotated[
        int | None, typer.Option("--horizon", min=1, help="Days to look ahead, if others.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn a target as of an earlier day and compare every model with what came after it.

    A target of subjects, such as telco_churn, is measured on rows that are held out instead; so is telco_survival, how
    long they stay.
    """
    from dmp.predictions.back_testing import back_test, report
    from dmp.predictions.subjects.targets import BY_NAME
    from dmp.predictions.targets import targets_of
    from dmp.predictions.timing.lifetime_reporting import LIFETIMES
    from dmp.warehouse import connect

    place = Home.at(home)
    if target in {**BY_NAME, **LIFETIMES}:
        _of_subjects(place, target, as_json=as_json)
        return
    settings = place.settings()
    targets = {one.name: one for one in targets_of(settings.targets)}
    if target not in targets:
        raise SettingsError(f"{target} is no target; there are {', '.join([*targets, *BY_NAME, *LIFETIMES])}")
    with console.status("learning"), connect(place, settings, read_only=True) as connection:
        tested = back_test(connection, settings, targets[target], cut.date() if cut else None, horizon)
    rows = report(tested)
    if as_json:
        about = {"target": target, "cut": tested.cuts.test, "person_count": tested.row_counts["test"]}
        print_json([{**about, **row} for row in rows.to_dict("records")])
        return
    shown = CHANCE if tested.question.answer == "chance" else AMOUNT
    console.print(
        f"{target} on {tested.cuts.test}, {tested.question.horizon_days} days ahead, "
        f"{tested.row_counts['test']:,} people; learned from {len(tested.cuts.new)} days up to {tested.cuts.new[-1]}, "
        f"chosen in {len(tested.cuts.back_tests)} rehearsals before."
    )
    print_rows(["model", "in use", *shown], [_line(row, shown) for _, row in rows.iterrows()])


def _of_subjects(home: Home, target: str, *, as_json: bool) -> None:
    from dmp.predictions.subjects import reporting
    from dmp.predictions.timing import lifetime_reporting

    kind = lifetime_reporting if target in lifetime_reporting.LIFETIMES else reporting
    with console.status("learning on each split"):
        found = kind.measured(home, target)
    if as_json:
        print_json(found.to_dict("records"))
        return
    print_rows(*kind.printed(found))


def _line(row: pd.Series, shown: list[str]) -> list[str]:
    return [row["recipe"], "yes" if row["is_chosen"] else "", *(f"{row[name]:.4f}" for name in shown)]
