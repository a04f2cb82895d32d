"""`dmp vectors`: what the representations of items and people are worth on this home, and how far they drift."""

from __future__ import annotations

from typing import Annotated

import typer

from dmp.settings import DmpError, Home
from dmp.terminal import HomeOption, JsonOption, console, print_json, print_rows, reported

vectors = typer.Typer(
    no_args_is_help=True, help="Items and people as vectors: what they are worth, how far they drift."
)
SHOWN = ["task", "contender", "auc", "log_loss", "lift", "ndcg", "recall", "gain", "gain_error", "verdict"]


@vectors.command("try")
@reported
def try_(
    days: Annotated[int, typer.Option(min=7, help="Days to look ahead.")] = 90,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try every representation on three tasks, on windows that are over; nothing is changed. Takes a minute or more."""
    from dmp.vectors.catalogue import DEFAULT, INSTALLED, REPRESENTATIONS
    from dmp.vectors.trials import vector_trials
    from dmp.warehouse import connect

    place = Home.at(home)
    with console.status("trying"), connect(place, place.settings(), read_only=True) as connection:
        row = connection.execute("SELECT max(as_of_date) FROM profiles.item_profiles").fetchone()
        if row is None or row[0] is None:
            raise DmpError("no landed day has been loaded yet; run `dmp run`")
        found = vector_trials(connection, row[0], days)
    if as_json:
        print_json(found.to_dict("records"))
        return
    first = found.iloc[0]
    console.print(
        f"{days} days after {first['cut']}, {first['person_count']:,} people. In use: {DEFAULT.name}."
    )
    print_rows(SHOWN, [[_shown(line[name]) for name in SHOWN] for _, line in found.iterrows()])
    for _, line in found[found["is_chosen"]].iterrows():
        console.print(f"The simplest that is not beaten at {line['task']}: {line['contender']}.")
    for one in REPRESENTATIONS:
        if one not in INSTALLED:
            how = f"It needs the extra {one.extra} (pip install -e '.[{one.extra}]')."
            console.print(f"Left out: {one.name}. {how}", markup=False)


@vectors.command()
@reported
def bases(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show whose axes the vectors of today have, and how far items moved from each basis to the next."""
    from dmp.warehouse import connect

    place = Home.at(home)
    with connect(place, place.settings(), read_only=True) as connection:
        found = connection.execute("FROM vectors.vector_bases ORDER BY fitted_on")
        names = [column[0] for column in found.description or []]
        rows = found.fetchall()
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_rows(names, [map(_shown, row) for row in rows])


def _shown(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
